"""The server's own watch tells people: by mail and webhook, from within its unit, which is shut in
as on a machine of its own."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from selfhost import lab
from selfhost.lab.matrix import switch_on
from selfhost.lab.server import run
from selfhost.lab.switches.java import TRANSCRIPTION
from tests.lab.conftest import Site, bare_site
from tests.lab.faults import on, put
from tests.lab.hook import SECRET, Hook, receiving
from tests.lab.watching import UNIT

pytestmark = pytest.mark.nightly

NAME = "test-watch-tells"
PROGRAM = "/usr/local/lib/selfhost"
BOX = "/var/mail/watcher"
FOCUS = "/etc/jitsi/jicofo/jicofo.conf"
SETTINGS = f"""---
watch_enabled: true
watch_mail: watcher@localhost
watch_webhook: HOOK
watch_webhook_secret: {SECRET}
"""
#: Fails where the unit could write what it must not.
SHUT_IN = """mkdir -p /run/systemd/system/selfhost-watch.service.d
cat >/run/systemd/system/selfhost-watch.service.d/probe.conf <<'END'
[Service]
ExecStartPre=/bin/sh -c '! touch /etc/probe /usr/probe /root/probe /home/probe 2>/dev/null'
ExecStartPre=/bin/sh -c 'for p in etc usr root home; do [ ! -e /$p/probe ] || exit 1; done'
END
systemctl daemon-reload
"""


@dataclass
class Told:
    """The server, and what it told."""

    site: Site
    hook: Hook

    def looks(self) -> int:
        """One look; its exit code as systemd has it."""
        run(self.site.server.name, ["systemctl", "start", UNIT])
        return int(on(self.site, f"systemctl show -p ExecMainStatus --value {UNIT}"))

    def mails(self, count: int = 1) -> list[str]:
        """The subjects of the mails since this was asked last, when so many have come."""
        found: list[str] = []
        for _ in range(60):
            lines = on(self.site, f"cat {BOX} 2>/dev/null || :").splitlines()
            found = [line for line in lines if line.startswith("Subject: ")]
            if len(found) >= count:
                break
            time.sleep(0.5)
        on(self.site, f"rm -f {BOX}")
        return found

    def shown(self) -> tuple[str, str]:
        """What selfhost status says of the watch: how it is, and why."""
        document = json.loads(self.site.selfhost("status", "--format", "json").stdout)
        (host,) = document["hosts"]
        (line,) = [one for one in host["lines"] if one["name"] == "watch"]
        return line["state"], line["text"]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("tells")
    site = bare_site(NAME, folder, sandboxes=True)
    try:
        with receiving(folder) as hook:
            settings = site.inventory / "group_vars" / "all" / "watch.yml"
            settings.touch(mode=0o600)
            settings.write_text(SETTINGS.replace("HOOK", hook.url), encoding="utf-8")
            done = site.selfhost("apply")
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
            put(site, "/usr/local/share/ca-certificates/hook.crt", hook.certificate.read_bytes())
            on(site, "update-ca-certificates; useradd -m watcher; " + SHUT_IN)
            mailer(site, "dma")
            yield Told(site, hook)
    finally:
        lab.down(NAME)


def mailer(site: Site, package: str) -> None:
    on(site, f"apt-get -qq update; DEBIAN_FRONTEND=noninteractive apt-get -qq install {package}")


def worsen(site: Site) -> None:
    on(site, f"cp -a {FOCUS} /root/")
    switch_on(NAME, TRANSCRIPTION)


def mend(site: Site) -> None:
    on(site, f"cp -a /root/jicofo.conf {FOCUS}")


def test_the_first_look_is_told_by_mail_and_webhook(told: Told) -> None:
    assert told.looks() == 0
    (mail,) = told.mails()
    assert "watched from now on, 0 findings" in mail
    assert told.hook.kinds() == ["begun"]
    assert told.shown()[0] == "ok"


def test_worse_and_better(told: Told) -> None:
    worsen(told.site)
    assert told.looks() == 0
    (mail,) = told.mails()
    assert "1 worse" in mail
    (got,) = told.hook.got
    assert got["kind"] == "worse"
    assert [one["control"] for one in got["changes"]] == ["jicofo-transcription-url"]
    told.hook.got.clear()
    assert told.looks() == 0
    assert told.mails(0) == []
    assert told.hook.kinds() == [], "told once"
    mend(told.site)
    assert told.looks() == 0
    assert "1 fixed" in told.mails()[0]
    assert told.hook.kinds() == ["changed"]


def test_a_look_that_sees_nothing_is_told(told: Told) -> None:
    history = "/var/lib/selfhost/history.sqlite"
    on(told.site, f"mv {history} /root/ && echo no >{history}")
    assert told.looks() == 3
    (mail,) = told.mails()
    assert "THE AUDIT COULD NOT LOOK" in mail
    assert told.hook.kinds() == ["blind"]
    assert told.shown()[0] == "bad"
    assert "could not look, or not tell (exit-code)" in told.shown()[1]
    on(told.site, f"mv /root/history.sqlite {history}")
    time.sleep(3)
    assert told.mails(0) == [], "told once"


@pytest.mark.parametrize(("missing", "code"), [("yaml", 4), ("click", 1), ("__main__.py", 1)])
def test_a_program_that_does_not_start_is_told_by_systemd(
    told: Told, missing: str, code: int
) -> None:
    on(told.site, f"mv {PROGRAM}/{missing} /root/")
    try:
        assert told.looks() == code
        (mail,) = told.mails()
    finally:
        on(told.site, f"mv /root/{missing} {PROGRAM}/")
    assert "THE AUDIT COULD NOT LOOK" in mail
    assert "systemctl status selfhost-watch" in on(
        told.site, "journalctl -p crit -t selfhost-watch -o cat | tail -1"
    )
    assert told.shown()[0] == "bad"
    assert told.looks() == 0
    assert told.shown()[0] == "ok"


def test_what_could_not_be_sent_is_told_by_the_next_look(told: Told) -> None:
    on(told.site, "mv /usr/sbin/dma /root/")
    worsen(told.site)
    assert told.looks() == 3
    assert told.shown()[0] == "bad"
    on(told.site, "mv /root/dma /usr/sbin/")
    assert told.looks() == 0
    assert "1 worse" in told.mails()[0]
    assert set(told.hook.kinds()) == {"worse"}
    mend(told.site)
    assert told.looks() == 0
    assert "1 fixed" in told.mails()[0]
    told.hook.kinds()


@pytest.mark.parametrize("package", ["exim4-daemon-light", "postfix"])
def test_another_mailer(told: Told, package: str) -> None:
    mailer(told.site, package)
    on(told.site, "rm /var/lib/selfhost/history.sqlite /var/lib/selfhost/watch.json")
    assert told.looks() == 0
    assert "watched from now on" in told.mails()[0]
    on(told.site, f"mv {PROGRAM}/click /root/")
    assert told.looks() == 1
    assert "THE AUDIT COULD NOT LOOK" in told.mails()[0]
    on(told.site, f"mv /root/click {PROGRAM}/")
