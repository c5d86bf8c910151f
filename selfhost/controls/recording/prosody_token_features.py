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
from selfhost.controls.predicates import first_unknown
from selfhost.controls.prosody_examples import HOST
from selfhost.controls.prosody_predicates import loads, whole
from selfhost.effective.server import Server

#: What the focus can call, and the module that asks whether a token allows it.
GATES = {
    "jicofo.jibri.brewery-jid": ("filter_iq_jibri", "start recordings"),
    "jicofo.jigasi.brewery-jid": ("filter_iq_rayo", "call a transcriber or a telephone"),
}


def _check(server: Server) -> Iterator[Verdict]:
    focus = server.jicofo
    places = whole(server)
    for key, (module, what) in GATES.items():
        node = focus.get(key)
        if node is None or node.plain() in ("", None):
            continue
        cited = Cited.node(key, node)
        if first_unknown(node) is not None:
            yield unknown(f"{key} cannot be told: whether {module} is needed is not known", cited)
        elif not loads(server, module):
            yield fail(f"{module} is not loaded: rights to {what} are not checked", cited)
    yield passed("what the focus can call is checked, or there is nothing", *places)


_JIBRI = 'jicofo.jibri.brewery-jid = "JibriBrewery@internal.auth.meet.example.org"\n'
_JIGASI = 'jicofo.jigasi.brewery-jid = "JigasiBrewery@internal.auth.meet.example.org"\n'


def _both(prosody: str, jicofo: str, at: int = 0, note: str = "") -> Example:
    return Example({"prosody.config": prosody, "jicofo.config": jicofo}, at=at, note=note)


CONTROL = Control(
    id="prosody-token-features",
    title="Whoever starts a recording or calls out is asked for the right to",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    component="prosody",
    needs=("prosody.config", "jicofo.config"),
    risk="The modules that compare a request with the features of a token exist, but upstream "
    "loads neither: rights in tokens then restrict nothing.",
    upstream_default="not loaded",
    fix=Fix(
        by_hand="Remove the recorder and transcriber, or add filter_iq_jibri and filter_iq_rayo to "
        "modules_enabled of the main host, and restart prosody."
    ),
    references=(
        "jitsi/jitsi-meet: resources/prosody-plugins/mod_filter_iq_jibri.lua",
        "jitsi/jitsi-meet: resources/prosody-plugins/mod_filter_iq_rayo.lua",
    ),
    surfaces=("prosody-filter-jibri-absent", "prosody-filter-rayo-absent"),
    check=_check,
    bad=(
        _both(HOST, _JIBRI, at=1),
        _both(HOST, _JIGASI, at=1),
        _both(f'{HOST}    modules_enabled = {{ "filter_iq_rayo" }}\n', _JIBRI, note="another one"),
        _both(f'{HOST}    -- modules_enabled = {{ "filter_iq_jibri" }}\n', _JIBRI, at=1),
    ),
    good=(
        _both(HOST, "jicofo {}\n", note="there is nothing to call"),
        _both(f'{HOST}    modules_enabled = {{ "filter_iq_jibri" }}\n', _JIBRI),
        _both(HOST, "# " + _JIBRI, note="a comment"),
        Example({}, absent=("prosody.config",), note="nothing of it is there"),
    ),
    unclear=(_both(HOST, "jicofo.jibri.brewery-jid = ${BREWERY}\n"),),
)
