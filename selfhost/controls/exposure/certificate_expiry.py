import datetime
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

#: What renews certificates does so at the latest when a month is left, and tries twice a day.
DAYS = 14


def check(server: Server) -> Iterator[Verdict]:
    now = datetime.datetime.fromisoformat(server.evidence.collected_at)
    for certificate in server.certificates:
        place = Cited(certificate.origin)
        day = f"{certificate.expires:%Y-%m-%d}"
        left = (certificate.expires - now).days
        if left < 0:
            yield fail(f"it has expired ({day})", place)
        elif left < DAYS:
            yield fail(f"it expires in {left} days ({day}) and was not renewed", place)
        else:
            yield passed(f"it is valid until {day}", place)
    if not server.certificates:
        looked = (Cited(Origin(d.path)) for d in server.looked_for("host.certificates"))
        yield not_applicable("there is no certificate of Jitsi's packages", *looked)


CONTROL = Control(
    id="certificate-expiry",
    title="The certificate is valid for another two weeks",
    category=Category.EXPOSURE,
    severity=Severity.MEDIUM,
    component="host",
    needs=("host.certificates",),
    risk="Apps stop working, and people in browsers learn to click the warning away that would "
    "tell them of somebody listening in.",
    upstream_default="renewed by a job of root's, where Let's Encrypt was chosen",
    fix=Fix(
        variable="tls_mode",
        by_hand="systemctl status certbot.timer; systemctl start certbot.service",
    ),
    references=("jitsi/jitsi-meet: debian/jitsi-meet-web-config.postinst",),
    check=check,
    bad=(
        Example(
            {
                "host.certificates": """\
-----BEGIN CERTIFICATE-----
MIIBQjCB6qADAgECAgEHMAoGCCqGSM49BAMCMBsxGTAXBgNVBAMMEG1lZXQuZXhh
bXBsZS5vcmcwHhcNMjUxMDEwMDAwMDAwWhcNMjYwMTA4MDAwMDAwWjAbMRkwFwYD
VQQDDBBtZWV0LmV4YW1wbGUub3JnMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
XigMF2Q9jHfO/wuDJNmBfREn44as9n/u73j0e2iPnBLQFy/anQJb+WFYH47MnlnP
hmLIzE2ff6lgjRaiv326iaMfMB0wGwYDVR0RBBQwEoIQbWVldC5leGFtcGxlLm9y
ZzAKBggqhkjOPQQDAgNHADBEAiAs65NeMYJX1zF+AR3GgiwXlYbVpDVmhCagbUMm
6rVpIAIgERWUS/btsDnkNWvZ5qCeqcEL40q0TQaRPuojFPY21O0=
-----END CERTIFICATE-----
"""
            },
            at=1,
            note="a week left",
        ),
    ),
    good=(
        Example(
            {
                "host.certificates": """\
-----BEGIN CERTIFICATE-----
MIIBQjCB6qADAgECAgEHMAoGCCqGSM49BAMCMBsxGTAXBgNVBAMMEG1lZXQuZXhh
bXBsZS5vcmcwHhcNMjUxMjAxMDAwMDAwWhcNMjYwMzAxMDAwMDAwWjAbMRkwFwYD
VQQDDBBtZWV0LmV4YW1wbGUub3JnMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
OoEXc7A1fnhYxSM33HkJ8HzWyJLGVnrCeGQqEgfSowr0DysKZbWuVR5/EDtaM6WR
IAF7eiLc6YW1rjQH7QQAiKMfMB0wGwYDVR0RBBQwEoIQbWVldC5leGFtcGxlLm9y
ZzAKBggqhkjOPQQDAgNHADBEAiByp4Gznz5F2C+elfny36CCvnKkegHMm3L38tns
KoW2TAIgbSeHSZJV39xAnM3fo2ym4ok07bGgcQqXIwP/fyWJ5q4=
-----END CERTIFICATE-----
"""
            },
            note="two months left",
        ),
        Example({}, absent=("host.certificates",), note="no certificate of Jitsi's packages"),
    ),
    unclear=(Example({"host.certificates": "-----BEGIN NONSENSE-----\n"}),),
)
