"""nginx's configuration: as nginx prints it, or from its files where it cannot be asked."""

from typing import TYPE_CHECKING

from selfhost.effective.seen import Unseen
from selfhost.readers.nginx import NginxConfig, read_nginx_dump, read_nginx_files
from selfhost.readers.tree import Source

if TYPE_CHECKING:
    from selfhost.effective.server import Server

MAIN = "/etc/nginx/nginx.conf"


def configuration(server: "Server") -> NginxConfig:
    """The directives in nginx's own order.

    Raises ``Unseen`` when something in it was not understood: a hole could hide anything.
    """
    if server.evidence.in_scope("nginx.effective"):
        documents = server.required("nginx.effective", "nginx")
        config = read_nginx_dump(Source(documents[0].path, documents[0].text))
    else:
        documents = server.required("nginx.files", "nginx")
        sources = {d.path: Source(d.path, d.text) for d in documents}
        main = MAIN if MAIN in sources else next(iter(sources))
        folders = ("/etc/nginx/conf.d", "/etc/nginx/sites-enabled", "/etc/nginx/modules-enabled")
        config = read_nginx_files(sources, main, complete=folders)
    if config.problems:
        problem = config.problems[0]
        raise Unseen(f"{problem.origin}: {problem.message}", documents)
    return config
