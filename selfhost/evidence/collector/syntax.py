"""How values are written in a document."""

CODE, HOCON, NGINX, LINES, TABLE = "code", "hocon", "nginx", "lines", "table"
_HOCON = (
    *("jicofo.config", "videobridge.config", "jibri.config", "jigasi.hocon", "multitrack.config"),
)


def syntax_of(source: str, path: str) -> str:
    """How values are written in a document; ``TABLE`` output has no keys with secrets."""
    name = path.rsplit("/", 1)[-1].lower()
    if path.startswith("$ "):
        return NGINX if path.startswith("$ nginx") else TABLE
    if source.startswith("nginx."):
        return NGINX
    if name.endswith((".js", ".lua", ".html", ".json", ".lua.bak")):
        return CODE
    if source in ("web.config", "web.interface", "web.page", "prosody.config"):
        return CODE
    return HOCON if source in _HOCON else LINES


class Overload(Exception):  # noqa: N818 - what happened, not an error
    """A text that is built to keep the redactor busy; none of it is shown."""
