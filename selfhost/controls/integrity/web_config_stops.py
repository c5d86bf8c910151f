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
from selfhost.controls.predicates import judge_setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import unset
from selfhost.effective.server import Server
from selfhost.readers import template
from selfhost.readers.tree import Problem


def check(server: Server) -> Iterator[Verdict]:
    """What the reader met: certain stops, and places that it did not understand."""
    for config in server.web:
        for problem in config.problems:
            where = Cited(problem.origin)
            throws = problem.message.endswith("the script stops here")
            if problem.fatal and (throws or config.unreadable is None):
                yield fail(f"{problem.message}: nothing below it is applied", where)
            elif problem.fatal and _refused(server, problem):
                yield fail(f"{problem.message}: a browser applies nothing of it", where)
            else:
                yield unknown(problem.message, where)
        if not config.problems:
            yield (
                judge_setting(config, "config", unset("unread"), None)
                if config.unreadable
                else passed("every line was followed", Cited(config.place))
            )


def _refused(server: Server, problem: Problem) -> bool:
    """Whether a browser refuses the text as it stands. What a server or a template engine still
    fills in may make it whole, and a page has scripts of its own."""
    texts = [d.text for d in server.documents("web.config") if d.path == problem.origin.path]
    filled = any(
        template.is_template(text) or "<!--#" in text or text.lstrip().startswith("<")
        for text in texts
    )
    return problem.message.startswith("does not parse") and not filled


CONTROL = Control(
    id="web-config-stops",
    title="config.js runs to its end",
    category=Category.INTEGRITY,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk="A browser stops where a script goes wrong: what stands below is never "
    "applied, private settings at the end of the file before all.",
    upstream_default="runs to its end",
    fix=Fix(
        by_hand="Mend the line that is named, then load the page and look for errors in "
        "the browser."
    ),
    references=("jitsi/jitsi-meet: config.js",),
    surfaces=("config-js-evaluation-order",),
    check=check,
    bad=(
        served(
            "var config = {};\n"
            "config.section.key = true;\n"
            "config.disableThirdPartyRequests = true;\n",
            at=2,
            note="an assignment into nothing",
        ),
        served("var config = {};\nconfig.doNotStoreRoom = Yes;\n", at=2, note="no such name"),
        served("var config = {\n    a: 1\n    b: 2\n};\n", note="a comma is missing"),
        BROKEN,
    ),
    good=(
        served("var config = {};\n"),
        served(
            "var config = {};\nconfig.section = config.section || {};\nconfig.section.key = true;\n"
        ),
        NO_WEB,
        Example(
            {
                "web.config": (
                    "var config = {};\n"
                    "// var config = {};\n"
                    "// config.section.key = true;\n"
                    "// config.disableThirdPartyRequests = true;\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(
        served(
            "var config = {\n  a: 1\n  {{ more }}\n};\n",
            note="a template, not filled in",
        ),
        served('var config = {\n<!--# include virtual="/more.js" -->\n  b: 2\n'),
    ),
)
