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
    passed,
    unknown,
)
from selfhost.controls.outside_examples import login, refused, seen
from selfhost.controls.text_predicates import looked_at
from selfhost.controls.web_predicates import Owner, whose
from selfhost.effective.server import Server


def check(server: Server) -> Iterator[Verdict]:
    """The STUN and TURN servers that the XMPP server tells every participant."""
    answers = server.outside("outside.xmpp")
    asked = [answer for answer in answers if answer.text("ask") == "external"]
    if not asked:
        why = next((a.text("refused") for a in answers if a.text("refused")), "not asked")
        yield unknown(
            f"the offered STUN and TURN servers were not seen ({why})",
            *looked_at(server, "outside.xmpp"),
        )
    for answer in asked:
        cited = Cited(answer.origin)
        told = False
        for service in answer.records("services"):
            host = service.text("host")
            found = whose(server, host)
            told = True
            if found.owner is Owner.FOREIGN:
                yield fail(f"{service.text('type')}: {found.why}, which learns addresses", cited)
            elif found.owner is Owner.UNCLEAR:
                yield unknown(f"{service.text('type')}: {found.why}", cited)
            else:
                yield passed(f"{service.text('type')}: {found.why}", cited)
        if not told:
            yield passed("no STUN or TURN server is offered", cited)


def _offer(*hosts: str) -> dict[str, object]:
    services = [{"type": "turn", "host": host, "port": "3478"} for host in hosts]
    return {"ask": "external", "of": "meet.example.org", "refused": "", "services": services}


CONTROL = Control(
    id="outside-turn-servers",
    title="Participants are sent to the server's own STUN and TURN",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="prosody",
    needs=("outside.xmpp",),
    risk="A foreign STUN or TURN server learns the address of everybody in a call; a relay "
    "carries the (encrypted) media too.",
    upstream_default="Debian: its own TURN server; Docker: none",
    fix=Fix(
        by_hand="Let external_services in Prosody's configuration name hosts of your own only."
    ),
    references=("https://xmpp.org/extensions/xep-0215.html",),
    check=check,
    bad=(seen("outside.xmpp", login(), _offer("meet.example.org", "turn.example.com"), at=2),),
    good=(
        seen("outside.xmpp", login(), _offer("turn.example.org")),
        seen("outside.xmpp", login(), _offer()),
        seen(
            "outside.xmpp",
            login(),
            refused("meet.example.org", "service-unavailable", "external"),
            note="the server has no such list",
        ),
    ),
    unclear=(
        seen("outside.xmpp", login("anonymous login is not offered")),
        seen("outside.xmpp", login(), _offer("8.8.8.8")),
        Example({}, note="nothing was seen"),
    ),
)
