import re
from collections.abc import Iterator

from selfhost.controls.host_predicates import listing_line
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
)
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server

SOURCE = "prosody.accounts"
#: /var/lib/prosody/HOST/accounts/NAME.dat, host and name percent-encoded.
ACCOUNT = re.compile(r"/([^/]+)/accounts/([^/]+)\.dat$")
BOTS = re.compile(r"^(jibri|jigasi|recorder|transcriber|transcription|translator)", re.IGNORECASE)
HIDDEN_HOSTS = re.compile(r"^(recorder|hidden|transcriber)(\.|%2e)", re.IGNORECASE)


def check(server: Server) -> Iterator[Verdict]:
    for entry in server.listing(SOURCE):
        found = ACCOUNT.search(entry.path)
        if found and (BOTS.match(found[2]) or HIDDEN_HOSTS.match(found[1])):
            host = found[1].replace("%2e", ".").replace("%2d", "-")
            yield fail(f"there is an account {found[2]} on {host}", Cited(entry.origin))
    yield passed("only people and the server's own parts have accounts", *looked_at(server, SOURCE))


CONTROL = Control(
    id="prosody-bot-accounts",
    title="No recorder or transcriber has an account",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    component="prosody",
    needs=(SOURCE,),
    risk="A recorder on another machine logs in with such an account, and enters rooms unseen.",
    upstream_default="absent on Debian; made by gen-passwords.sh in Docker",
    fix=Fix(by_hand="prosodyctl deluser NAME@HOST for each of them."),
    references=("jitsi/jibri: README.md",),
    surfaces=("sys-prosody-accounts", "sys-multi-host", "prosody-recorder-virtualhost"),
    check=check,
    bad=(
        Example(
            {
                SOURCE: listing_line(
                    "/var/lib/prosody/auth%2emeet%2eexample%2eorg/accounts/jibri.dat"
                )
            },
            at=1,
        ),
        Example(
            {SOURCE: listing_line("/var/lib/prosody/recorder%2emeet%2eexample/accounts/x.dat")},
            at=1,
        ),
    ),
    good=(
        Example(
            {SOURCE: listing_line("/var/lib/prosody/auth%2emeet%2eexample%2eorg/accounts/jvb.dat")},
            note="the bridge's",
        ),
        Example({}, absent=(SOURCE,), note="no accounts at all"),
    ),
    unclear=(Example({"prosody.accounts": "nonsense\n"}, note="not understood"),),
)
