from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    not_applicable,
    passed,
)
from selfhost.effective.server import Server
from selfhost.readers.tree import Origin

#: Debian's, Snap's, and that of distributions which name it after the command.
TIMERS = ("certbot.timer", "snap.certbot.renew.timer", "certbot-renew.timer")
SERVICE = "certbot.service"


def check(server: Server) -> Iterator[Verdict]:
    renewed = server.listing("host.renewals")
    units = server.units
    if not renewed:
        looked = (Cited(Origin(d.path)) for d in server.looked_for("host.renewals"))
        yield not_applicable("certbot has no certificate to renew", *looked)
        return
    places = tuple(Cited(entry.origin) for entry in renewed)
    timers = [unit for unit in units if unit.name in TIMERS and (unit.starts or unit.running)]
    failed = [unit for unit in units if unit.name == SERVICE and unit.active == "failed"]
    if failed:
        yield fail(
            "the last renewal failed, or its certificate could not be put to use",
            *(Cited(unit.origin, unit.name) for unit in failed),
        )
    if timers:
        yield passed(
            f"{timers[0].name} renews them", *(Cited(unit.origin, unit.name) for unit in timers)
        )
    else:
        yield fail("certbot has certificates to renew, and no timer of it runs", *places)


CONTROL = Control(
    id="certificate-renewal",
    title="What renews the certificate runs, and does not fail",
    category=Category.EXPOSURE,
    severity=Severity.MEDIUM,
    component="host",
    needs=("host.renewals", "host.units", "host.unit_files"),
    risk="The certificate expires unnoticed; people then learn to click the warning away that "
    "would tell them of somebody listening in.",
    upstream_default="a job of root's, where Let's Encrypt was chosen",
    fix=Fix(
        variable="tls_mode",
        by_hand="systemctl enable --now certbot.timer; journalctl -u certbot.service",
    ),
    references=("certbot/certbot: certbot/docs/using.rst",),
    check=check,
    bad=(
        Example(
            {
                "host.renewals": '{"path": "/etc/letsencrypt/renewal/selfhost.conf"}\n',
                "host.unit_files": "certbot.timer disabled enabled\n",
            },
            at=1,
        ),
        Example(
            {
                "host.renewals": '{"path": "/etc/letsencrypt/renewal/selfhost.conf"}\n',
                "host.unit_files": "certbot.timer enabled enabled\n",
                "host.units": "certbot.service loaded failed failed Certbot\n",
            },
            at=1,
        ),
    ),
    good=(
        Example(
            {
                "host.renewals": '{"path": "/etc/letsencrypt/renewal/selfhost.conf"}\n',
                "host.unit_files": "certbot.timer enabled enabled\n",
                "host.units": "certbot.service loaded inactive dead Certbot\n",
            },
        ),
        Example(
            {
                "host.renewals": '{"path": "/etc/letsencrypt/renewal/selfhost.conf"}\n',
                "host.unit_files": "certbot.timer enabled enabled\nother.timer disabled enabled\n",
                "host.units": "other.service loaded failed failed Other\n",
            },
            note="of another program",
        ),
        Example({}, absent=("host.renewals",), note="no certificate of certbot's"),
    ),
    unclear=(Example({"host.renewals": "nonsense\n"}, note="not understood"),),
)
