"""Content-Security-Policy: what a page may reach, by the rules of CSP level 3."""

from dataclasses import dataclass

#: Sources that name no host. ``data:`` and ``blob:`` stay in the browser.
HARMLESS = {
    "'self'",
    "'none'",
    "'unsafe-inline'",
    "'unsafe-eval'",
    "'wasm-unsafe-eval'",
    "'strict-dynamic'",
    "'report-sample'",
    "'unsafe-hashes'",
    "data:",
    "blob:",
    "mediastream:",
    "filesystem:",
}
#: Directives through which a page fetches or sends; ``default-src`` holds for missing ones.
FETCHING = (
    "connect-src",
    "script-src",
    "img-src",
    "media-src",
    "frame-src",
    "font-src",
    "style-src",
    "worker-src",
    "manifest-src",
    "object-src",
)
#: Directives for which ``default-src`` does not hold.
OTHERS = ("form-action", "base-uri", "frame-ancestors", "report-uri", "report-to")


@dataclass(frozen=True, slots=True)
class Policy:
    """A parsed policy: directive name to its sources, lower case, first of a name wins."""

    directives: dict[str, tuple[str, ...]]

    def sources(self, directive: str) -> tuple[str, ...] | None:
        """What holds for a fetching directive; ``None`` where nothing restricts it."""
        return self.directives.get(directive, self.directives.get("default-src"))


def parse(text: str) -> Policy:
    """A header's value as a policy."""
    directives: dict[str, tuple[str, ...]] = {}
    for part in text.split(";"):
        name, *sources = part.split() or [""]
        if name:
            directives.setdefault(name.lower(), tuple(source.lower() for source in sources))
    return Policy(directives)


def host_of_source(source: str) -> str | None:
    """The host that a source names; ``*`` for any host; ``None`` for a source that names none."""
    if source in HARMLESS or source.startswith(("'nonce-", "'sha256-", "'sha384-", "'sha512-")):
        return None
    if source in ("*", "http:", "https:", "ws:", "wss:"):
        return "*"
    host = source.partition("://")[2] or source
    return host.partition("/")[0].rsplit(":", 1)[0] or "*"
