"""Short ways to write examples of Prosody's configuration."""

from selfhost.controls.model import Example

HOST = 'VirtualHost "meet.example.org"\n'
ROOMS = 'Component "conference.meet.example.org" "muc"\n'


def prosody(text: str, at: int = 0, note: str = "") -> Example:
    """A ``prosody.cfg.lua``."""
    return Example({"prosody.config": text}, at=at, note=note)


def enabled(*modules: str, host: str = HOST) -> str:
    """A host, with its modules on the second line."""
    return f"{host}    modules_enabled = {{ {'; '.join(f'{m!r}' for m in modules)} }}\n"


NO_PROSODY = Example({}, absent=("prosody.config",), note="not installed")
BROKEN_PROSODY = prosody('VirtualHost "meet.example.org\n', note="does not parse")
HIDDEN_PROSODY = prosody(
    f'{HOST}Include "/etc/elsewhere/*.cfg.lua"\n', note="an include that was not collected"
)
