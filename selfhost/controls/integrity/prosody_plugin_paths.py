import posixpath
from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.prosody_examples import BROKEN_PROSODY, HOST, NO_PROSODY, prosody
from selfhost.controls.prosody_predicates import whole
from selfhost.controls.web_predicates import leaves
from selfhost.effective.server import Server
from selfhost.readers.tree import Unknown

#: Where the packages and the image put Jitsi's own modules.
OFFICIAL = ("/usr/share/jitsi-meet/prosody-plugins", "/prosody-plugins")


def _check(server: Server) -> Iterator[Verdict]:
    node = server.prosody.sections[0].options.get(("plugin_paths",))
    if node is None:
        yield passed("plugin_paths is not set", *whole(server))
        return
    if isinstance(node.value, Unknown) or node.rest is not None:
        yield unknown("plugin_paths cannot be told", Cited.node("plugin_paths", node))
        return
    paths = [(posixpath.normpath(str(leaf.value)), leaf) for leaf in leaves(node)]
    if not any(path in OFFICIAL for path, _ in paths):
        yield passed("Jitsi's own modules are in none of these folders", *whole(server))
        return
    for path, leaf in paths:
        if isinstance(leaf.value, Unknown):
            yield unknown("plugin_paths cannot be told", Cited.node("plugin_paths", leaf))
        elif path in OFFICIAL:
            break
        else:
            yield fail(
                f"{path} is searched before Jitsi's own modules: a file there replaces one of them",
                Cited.node("plugin_paths", leaf),
            )
    yield passed("Jitsi's own modules come first", Cited.node("plugin_paths", node))


_OWN = '"/usr/share/jitsi-meet/prosody-plugins/"'

CONTROL = Control(
    id="prosody-plugin-paths",
    title="No folder comes before Jitsi's own modules",
    category=Category.INTEGRITY,
    severity=Severity.MEDIUM,
    component="prosody",
    needs=("prosody.config",),
    risk="Prosody takes a module from the first folder that has it, so a file of the same name "
    "there silently replaces the official one.",
    upstream_default="the package's folder; Docker searches /prosody-plugins-custom first",
    fix=Fix(by_hand="Name the package's folder first in plugin_paths and restart prosody."),
    references=(
        "jitsi/docker-jitsi-meet: prosody/rootfs/defaults/conf.d/jitsi-meet.cfg.lua",
        "bjc/prosody: util/pluginloader.lua",
    ),
    surfaces=("prosody-plugin-shadowing",),
    check=_check,
    bad=(
        prosody(f'plugin_paths = {{ "/opt/modules", {_OWN} }}\n{HOST}', at=1),
        prosody(f'plugin_paths = {{ "/prosody-plugins-custom", "/prosody-plugins/" }}\n{HOST}'),
        prosody(f'plugin_paths = {{ {_OWN} }}\nplugin_paths = {{ "/x", {_OWN} }}\n{HOST}', at=2),
    ),
    good=(
        prosody(f"plugin_paths = {{ {_OWN} }}\n{HOST}"),
        prosody(f'plugin_paths = {{ {_OWN}, "/opt/modules" }}\n{HOST}', note="searched later"),
        prosody(f'plugin_paths = {{ "/usr/lib/prosody/modules" }}\n{HOST}', note="no Jitsi here"),
        prosody(f'-- plugin_paths = {{ "/opt/modules", {_OWN} }}\n{HOST}', note="a comment"),
        NO_PROSODY,
    ),
    unclear=(
        prosody(f"plugin_paths = {{ os.getenv('DIR'), {_OWN} }}\n{HOST}"),
        BROKEN_PROSODY,
    ),
)
