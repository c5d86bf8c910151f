"""Prosody's configuration, includes followed."""

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from selfhost.catalog.prosody_modules import prosody_modules
from selfhost.effective.seen import Unseen
from selfhost.readers import template
from selfhost.readers.prosody import Modules, ModuleUse, ProsodyConfig, Section, read_prosody
from selfhost.readers.tree import Source, Unknown

if TYPE_CHECKING:
    from selfhost.effective.server import Server

MAIN = "/etc/prosody/prosody.cfg.lua"


def configuration(server: "Server") -> ProsodyConfig:
    """Read from ``prosody.cfg.lua``; from the one given file where only one was given.

    Raises ``Unseen`` when Lua would refuse the file, when it could not be read to its end, and
    when that of a whole server has no host: Prosody would do nothing.
    """
    documents = server.required("prosody.config", "prosody")
    sources = {d.path: Source(d.path, d.text) for d in documents if d.path.endswith(".lua")}
    if server.evidence.scope is not None and len(documents) == 1:
        sources = {d.path: Source(d.path, d.text) for d in documents}
    main = (
        MAIN
        if MAIN in sources
        else next((path for path in sources if path.endswith("/prosody.cfg.lua")), None)
    )
    if main is None:
        if server.evidence.scope is None or len(sources) != 1:
            raise Unseen("prosody.cfg.lua was not found beside the other files", documents)
        main = next(iter(sources))
    doubtful: frozenset[int] = frozenset()
    if server.evidence.scope is not None and template.is_template(sources[main].text):
        filled = template.fill(sources[main].text, 'os.getenv("TEMPLATE")')
        sources[main], doubtful = Source(main, filled.text), filled.doubtful
    beside = main.rpartition("/")[0] + "/conf.d"
    whole = server.evidence.scope is None or any(d.path.startswith(f"{beside}/") for d in documents)
    # Of a root file system the folder was looked for, too.
    of_system = main == MAIN and server.evidence.in_scope("jicofo.config")
    whole = whole or of_system
    config = read_prosody(
        sources, main, complete={beside} if whole else (), supposed=server.supposed
    )
    fatal = next((problem for problem in config.problems if problem.fatal), None)
    if fatal is not None:
        raise Unseen(f"{fatal.origin}: {fatal.message}", documents)
    root = config.sections[0].options.root
    if isinstance(root.value, Unknown):
        raise Unseen(f"{root.origin}: {root.value.reason}", documents)
    if not config.sections[1:] and root.rest is None and not server.supposed:
        if not root.value:
            raise Unseen(f"{main} sets nothing", documents)
        if server.evidence.scope is None or of_system:
            raise Unseen(f"{main} sets up no host", documents)
    if server.evidence.scope is not None and len(documents) == 1:
        named = posixpath.basename(main).startswith("prosody.cfg.lua")
        own = config.sections[0].options.get(("modules_enabled",)) is not None
        config = replace(config, fragment=not named and not own)
    if doubtful or template.has_marks(sources[main].text):
        return doubted(config, doubtful)
    return config


def loaded(config: ProsodyConfig, section: Section) -> Modules:
    """What a host loads, with the modules that others pull in.

    What ``modules_disabled`` names is loaded all the same when another module asks for it.
    """
    modules = config.effective_modules(section.name)
    uses = {use.name: use for use in modules}
    waiting = list(uses.values())
    while waiting:
        use = waiting.pop()
        for name in prosody_modules().depends.get(use.name, ()):
            if name not in uses:
                uses[name] = ModuleUse(name, "dependency", use.origin, use.certain)
                waiting.append(uses[name])
    return Modules(tuple(uses.values()), modules.rest)


def doubted(config: ProsodyConfig, doubtful: frozenset[int]) -> ProsodyConfig:
    """What depends on a template is unknown. A host that may not be there is judged; what may be
    there of a component is its own module, too."""
    sections = tuple(
        replace(
            section,
            options=template.doubt(section.options, doubtful),
            certain=section.origin.line not in doubtful,
        )
        for section in config.sections
    )
    return replace(config, sections=sections)
