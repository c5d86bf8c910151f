from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Confidence,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.outside_examples import info, login, refused, seen
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server
from selfhost.readers.outside import Seen

#: First labels of hosts that only recorders, transcribers and translators have a use for.
HOSTS = {
    "recorder": "the host of recorders",
    "hidden": "the host of recorders and transcribers",
    "transcriber": "the host of transcribers",
    "jigasi": "a phone gateway or transcriber",
    "callcontrol": "a phone gateway or transcriber",
    "jibri": "a recorder",
    "audiotranslation": "the translation of speech",
    "audio-translation": "the translation of speech",
}
#: Words of a service's own description.
WORDS = ("transcri", "translat", "record", "jibri", "jigasi", "skynet")
#: Answers by which a host is not there.
NOT_THERE = (
    *("item-not-found", "remote-server-not-found", "service-unavailable", "no answer"),
    *("remote-server-timeout", "not-allowed", "bad-request"),
)


def check(server: Server) -> Iterator[Verdict]:
    """Every service that the server told of, and those of usual names that answered."""
    answers = server.outside("outside.xmpp")
    entered = [a for a in answers if a.text("ask") == "login"]
    if not entered:
        yield unknown("the XMPP server was not asked", *looked_at(server, "outside.xmpp"))
        return
    let_in = [answer for answer in entered if not answer.text("refused")]
    if not let_in:
        why = entered[0].text("refused")
        yield unknown(
            f"the XMPP server lets no stranger ask ({why}): its services cannot be seen from "
            "outside",
            Cited(entered[0].origin),
        )
        return
    bad = False
    for answer in answers:
        why = _why(answer)
        if why:
            bad = True
            yield fail(f"{answer.text('of')} is there: {why}", Cited(answer.origin))
    if not bad:
        yield passed("no recorder, transcriber or translator is offered", Cited(let_in[0].origin))


def _why(answer: Seen) -> str:
    if answer.text("ask") != "info":
        return ""
    refused = answer.text("refused")
    if refused in NOT_THERE:
        return ""
    host = HOSTS.get(answer.text("of").partition(".")[0])
    if host:
        return host
    described = " ".join((*answer.texts("identities"), *answer.texts("features"))).lower()
    return next((f"it calls itself {word}…" for word in WORDS if word in described), "")


CONTROL = Control(
    id="outside-recorder-services",
    title="The server offers no recorder, transcriber or translator to participants",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    component="prosody",
    needs=("outside.xmpp",),
    risk="A host for recorders or transcribers lets them log in and enter rooms unseen. The Debian "
    "packages make one; it is of use only to a recorder.",
    upstream_default="Debian makes the host recorder.DOMAIN; Docker none",
    fix=Fix(
        by_hand="Remove the host from Prosody's configuration, and the accounts on it; reload "
        "Prosody."
    ),
    references=(
        "https://xmpp.org/extensions/xep-0030.html",
        "jitsi/jitsi-meet: doc/debian/jitsi-meet-prosody/prosody.cfg.lua-jvb.example",
    ),
    confidence=Confidence.LIKELY,
    check=check,
    bad=(
        seen(
            "outside.xmpp",
            login(),
            info("recorder.meet.example.org", "server/im/Prosody"),
            at=2,
        ),
        seen(
            "outside.xmpp",
            login(),
            info("x.meet.example.org", "component/audio-translation/x.meet.example.org"),
            at=2,
        ),
        seen("outside.xmpp", login(), refused("callcontrol.meet.example.org", "forbidden"), at=2),
        seen(
            "outside.xmpp",
            login("closed"),
            login(),
            info("jibri.meet.example.org", "server/im/Prosody"),
            at=3,
            note="one of two ways lets strangers in",
        ),
    ),
    good=(
        seen(
            "outside.xmpp",
            login(),
            refused("recorder.meet.example.org", "remote-server-not-found"),
            info("breakout.meet.example.org", "component/breakout_rooms/breakout"),
            note="a component of another kind",
        ),
    ),
    unclear=(
        seen("outside.xmpp", login("closed"), login("closed"), note="neither way lets in"),
        seen("outside.xmpp", login("anonymous login is not offered"), note="closed to strangers"),
        seen("outside.xmpp"),
        Example({}, note="nothing was seen"),
    ),
)
