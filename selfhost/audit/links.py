"""Which keys a control judges that a meeting link can set, as its own examples show."""

from selfhost.audit.evaluate import judge
from selfhost.controls import examples
from selfhost.controls.links import settable_by_link
from selfhost.controls.model import Control
from selfhost.effective.server import Server


def judged_by_link(control: Control) -> tuple[str, ...]:
    """Keys in the order of the alphabet; empty for controls of other programs than the client."""
    if "web.config" not in control.needs:
        return ()
    cited = [
        place
        for example in (*control.bad, *control.good)
        for verdict in judge(control, Server(examples.evidence(control, example))) or ()
        for place in verdict.cited
    ]
    return settable_by_link(control, cited)
