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
    unknown,
)
from selfhost.effective.server import Server
from selfhost.readers.tree import Origin

OTHERS_READ = 0o004


def check(server: Server) -> Iterator[Verdict]:
    config = server.coturn
    node = config.get(("static-auth-secret",))
    if node is None:
        yield not_applicable("there is no secret in it", Cited(config.place, "static-auth-secret"))
        return
    cited = Cited.node("static-auth-secret", node)
    for document in server.documents("coturn.config"):
        place = Cited(Origin(document.path))
        if not document.mode and server.evidence.scope is not None:
            yield not_applicable("a file that was given says nothing of its mode", place)
        elif not document.mode:
            yield unknown(f"the mode of {document.path} was not recorded", place)
        elif int(document.mode, 8) & OTHERS_READ:
            yield fail(f"every account may read {document.path} (mode {document.mode})", cited)
        else:
            yield passed(f"{document.path} is closed to other accounts", cited)


CONTROL = Control(
    id="coturn-secret-readable",
    title="Only root and the relay may read the relay's secret",
    category=Category.EXPOSURE,
    severity=Severity.MEDIUM,
    component="coturn",
    needs=("coturn.config",),
    risk="Any account or web script on the server could mint relay credentials.",
    upstream_default="0644: the package writes it readable by everyone",
    fix=Fix(by_hand="chown root:turnserver /etc/turnserver.conf; chmod 0640 /etc/turnserver.conf"),
    references=("jitsi/jitsi-meet: debian/jitsi-meet-turnserver.postinst",),
    surfaces=("coturn-relay",),
    check=check,
    bad=(
        Example(
            {"coturn.config": "use-auth-secret\nstatic-auth-secret=REDACTED_00000000\n"},
            at=2,
            modes={"coturn.config": "0644"},
        ),
    ),
    good=(
        Example({"coturn.config": "use-auth-secret\nstatic-auth-secret=REDACTED_00000000\n"}),
        Example({"coturn.config": "#static-auth-secret=x\n"}, note="no secret in it"),
        Example({}, absent=("coturn.config",), note="not installed"),
    ),
    unclear=(Example({"coturn.config": "\x00\n"}, note="not a text file"),),
)
