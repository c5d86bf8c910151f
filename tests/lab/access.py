"""What a participant may do: the questions of all tests about who may open rooms."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import yaml

from selfhost import lab
from tests.lab.bosh import Participant, Refused
from tests.lab.conftest import Site


class People:
    """Participants of a site, all put out at the end."""

    def __init__(self, site: Site) -> None:
        self._server, self._domain = site.server.address, site.server.hostname
        self._open = ExitStack()

    def __enter__(self) -> "People":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def member(self, name: str, password: str) -> Participant:
        """Somebody with an account."""
        return self._open.enter_context(Participant(self._server, self._domain)).login(
            name, password
        )

    def guest(self) -> Participant:
        """Somebody without one."""
        host = f"guest.{self._domain}"
        return self._open.enter_context(Participant(self._server, self._domain, host)).login()

    def stranger(self) -> Participant:
        """Somebody who tries the main host without anything."""
        return self._open.enter_context(Participant(self._server, self._domain)).login()

    def bearer(self, token: str) -> Participant:
        """Somebody with a token."""
        here = Participant(self._server, self._domain, token=token)
        return self._open.enter_context(here).login()


def refusal(attempt: Callable[[], object]) -> str:
    """The condition with which the server refuses what is attempted; empty when it does not."""
    try:
        attempt()
    except Refused as refused:
        return str(refused)
    return ""


@contextmanager
def settings(site: Site, **changes: object) -> Iterator[None]:
    """Other settings in effect; afterwards the server and the inventory are as before."""
    path = site.inventory / "group_vars" / "all" / "settings.yml"
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(f"{before}\n{yaml.safe_dump(changes)}", encoding="utf-8")
        done = site.selfhost("apply", "--tags", "firewall,prosody,jicofo,web")
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        ready(site)
        yield
    finally:
        path.write_text(before, encoding="utf-8")
        site.reset()


def ready(site: Site) -> None:
    """Wait until the focus has found Prosody and a bridge again."""
    script = (
        "for _ in $(seq 60); do curl -sf http://127.0.0.1:8888/stats "
        "| grep -q '\"operational_bridge_count\": 1' && exit 0; sleep 1; done; exit 1"
    )
    assert lab.run(site.server.name, ["sh", "-c", script], timeout=120).returncode == 0
