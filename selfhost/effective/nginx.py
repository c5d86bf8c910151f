"""nginx's configuration: as nginx prints it, or from its files where it cannot be asked."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from selfhost.effective.seen import Unseen
from selfhost.evidence.model import within
from selfhost.readers import template
from selfhost.readers.nginx import Directive, NginxConfig, read_nginx_dump, read_nginx_files
from selfhost.readers.tree import Origin, Problem, Source

if TYPE_CHECKING:
    from selfhost.effective.server import Server

MAIN = "/etc/nginx/nginx.conf"
#: Folders that are collected whole.
FOLDERS: tuple[str, ...] = tuple(
    f"/etc/nginx/{name}" for name in ("conf.d", "sites-enabled", "modules-enabled", "snippets")
)
#: Where docker-jitsi-meet's scripts write it; what is in these folders was collected whole.
OF_DOCKER = ("/run/web/config/nginx", "/config/nginx")
#: Stands for a template's value: no name of a host, so nobody's.
_VALUE = "\ue000"
#: What stands at the top of a whole configuration, and what directly inside ``http``.
_TOP = frozenset({"http", "stream", "mail", "events"})
_OF_HTTP = frozenset({"server", "upstream", "map", "log_format", "geo", "limit_req_zone"})


def configuration(server: "Server") -> NginxConfig:
    """The directives in nginx's own order.

    Raises ``Unseen`` when something in it was not understood: a hole could hide anything. Of
    files that were given, ``problems`` holds the includes that were not.
    """
    if server.evidence.in_scope("nginx.effective"):
        documents = server.required("nginx.effective", "nginx")
        config = read_nginx_dump(Source(documents[0].path, documents[0].text))
        top = {directive.name for directive in config.directives}
        # nginx does not start like this. Given, it may be part of what was printed.
        if not top or (server.evidence.scope is None and not top & _TOP):
            raise Unseen("what nginx printed is no whole configuration", documents)
    else:
        documents = server.required("nginx.files", "nginx")
        sources = {within(d.path): Source(d.path, d.text) for d in documents}
        known = (MAIN, *(f"{folder}/nginx.conf" for folder in OF_DOCKER))
        main = next((path for path in known if path in sources), next(iter(sources)))
        folders = FOLDERS
        if main.rpartition("/")[0] in OF_DOCKER:
            folder = main.rpartition("/")[0]
            folders = (*folders, f"{folder}/site-confs", f"{folder}-custom")
        config = read_nginx_files(sources, main, complete=folders)
        if server.evidence.scope is not None:
            text = sources[main].text
            if any(p.fatal for p in config.problems) and template.is_template(text):
                config = _as_template(sources, main, folders)
            config = _placed(config)
    given = server.evidence.scope is not None
    problem = next((p for p in config.problems if p.fatal or not given), None)
    if problem is not None:
        raise Unseen(f"{problem.origin}: {problem.message}", documents)
    return config


def _as_template(sources: Mapping[str, Source], main: str, folders: Collection[str]) -> NginxConfig:
    """A file that a template engine has yet to fill. What may not be there is left out, and a
    problem says so."""
    filled = template.fill(sources[main].text, _VALUE, _VALUE)
    config = read_nginx_files({**sources, main: Source(main, filled.text)}, main, complete=folders)
    left, doubtful = _certain(config.directives, filled.doubtful)
    problems = [Problem(origin, template.CONDITION) for origin in doubtful]
    return NginxConfig(left, (*config.problems, *problems))


def _certain(
    level: Sequence[Directive], doubtful: frozenset[int]
) -> tuple[tuple[Directive, ...], list[Origin]]:
    kept: list[Directive] = []
    dropped: list[Origin] = []
    for directive in level:
        if directive.origin.line in doubtful:
            dropped.append(directive.origin)
        elif directive.block is None:
            kept.append(directive)
        else:
            inside, gone = _certain(directive.block, doubtful)
            dropped += gone
            kept.append(Directive(directive.name, directive.arguments, directive.origin, inside))
    return tuple(kept), dropped


def _placed(config: NginxConfig) -> NginxConfig:
    """A site's file stands inside ``http``, and a fragment of one inside its ``server``."""
    names = {directive.name for directive in config.directives}
    if not names or names & _TOP:
        return config
    inside, missing = config.directives, None
    origin = inside[0].origin
    if not names & _OF_HTTP:
        inside = (Directive("server", (), origin, inside),)
        missing = Problem(origin, "the server block that this file belongs to was not given")
    return NginxConfig((Directive("http", (), origin, inside),), config.problems, missing)
