"""Short ways to write examples of what the browser gets and of docker-jitsi-meet's files."""

from selfhost.controls.model import Example


def served(script: str, at: int = 0, note: str = "") -> Example:
    """A ``config.js``."""
    return Example({"web.config": script}, at=at, note=note)


def drawn(script: str, at: int = 0, note: str = "") -> Example:
    """An ``interface_config.js``."""
    return Example({"web.interface": script}, at=at, note=note)


def page(html: str, at: int = 0, note: str = "") -> Example:
    """An ``index.html`` of a server that is called meet.example.org."""
    config = "var config = { hosts: { domain: 'meet.example.org' } };\n"
    return Example({"web.page": html, "web.config": config}, at=at, note=note)


def env(lines: str, at: int = 0, note: str = "") -> Example:
    """A docker-jitsi-meet ``.env``."""
    return Example({"docker.environment": lines}, at=at, note=note)


def compose(text: str, at: int = 0, note: str = "") -> Example:
    """A ``docker-compose.yml``."""
    return Example({"docker.compose": text}, at=at, note=note)


NO_WEB = Example({}, absent=("web.config",), note="there is no web client")
NO_INTERFACE = Example({}, absent=("web.interface",), note="there is no interface_config.js")
NO_ENV = Example({}, absent=("docker.environment",), note="there is no .env")
NO_COMPOSE = Example({}, absent=("docker.compose",), note="there is no compose file")
BROKEN = served("var config = {\n", note="does not parse")
