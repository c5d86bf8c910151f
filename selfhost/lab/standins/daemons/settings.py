"""The effective settings of a daemon: its HOCON file under the properties of its command line."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

# ruby-hocon's own command resolves no substitutions, its library does. It stumbles over unquoted
# text that begins like an enormous number, such as a nickname 5e736a5d-…, which Java's takes.
_TO_JSON = (
    "require 'hocon'; require 'hocon/config_factory'; require 'json';"
    "class Float; def to_i; finite? ? truncate : 0; end; end;"
    "puts JSON.generate(Hocon::ConfigFactory.parse_file(ARGV[0]).resolve.root.unwrapped)"
)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")


class Settings:
    """Values by dotted path; a path that is not set gives the default."""

    def __init__(self, tree: Mapping[str, object], overrides: Mapping[str, str] | None = None):
        self._tree = tree
        self._overrides = dict(overrides or {})

    def get(self, path: str, default: object = None) -> object:
        """The value at ``path``, an override first. Keys may hold no dot themselves."""
        if path in self._overrides:
            return self._overrides[path]
        level: object = self._tree
        for key in path.split("."):
            if not isinstance(level, Mapping) or key not in level:
                return default
            level = level[key]
        return default if level is None else level

    def text(self, path: str, default: str = "") -> str:
        """As a string."""
        return str(self.get(path, default))

    def number(self, path: str, default: int) -> int:
        """As a whole number. Ends the program on anything else, as the real one does."""
        value = self.get(path, default)
        try:
            return int(str(value))
        except ValueError:
            sys.exit(f"{path}: expected a number, got {value!r}")

    def flag(self, path: str, default: bool) -> bool:
        """As a truth value; HOCON also knows yes, no, on and off."""
        return str(self.get(path, default)).lower() in {"true", "yes", "on"}

    def seconds(self, path: str, default: float) -> float:
        """As a duration; a bare number is milliseconds."""
        found = _DURATION.fullmatch(self.text(path).strip().lower())
        if found is None:
            return default
        unit = found[2] or "ms"
        return float(found[1]) * _UNITS.get(unit if unit == "ms" else unit[0], 1.0)

    def items(self, path: str) -> list[object]:
        """As a list; a property on the command line cannot be one."""
        value = self.get(path, [])
        return list(value) if isinstance(value, list) else []

    def objects(self, path: str) -> dict[str, Mapping[str, object]]:
        """The objects below ``path`` by name; a list gives numbered names."""
        value = self.get(path, {})
        if isinstance(value, list):
            value = {str(number): item for number, item in enumerate(value)}
        if not isinstance(value, Mapping):
            return {}
        return {str(name): item for name, item in value.items() if isinstance(item, Mapping)}


def load(path: Path, overrides: Mapping[str, str] | None = None) -> Settings:
    """Read ``path`` with ruby-hocon. A file that does not parse ends the program with status 1."""
    result = subprocess.run(
        ["ruby", "-e", _TO_JSON, str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    if result.returncode != 0:
        first = (result.stderr.strip().splitlines() or ["no message"])[0]
        sys.exit(f"cannot read {path}: {first[:300]}")
    tree = json.loads(result.stdout)
    return Settings(tree if isinstance(tree, dict) else {}, overrides)


def load_properties(path: Path) -> dict[str, str]:
    """A legacy Java properties file; one that is not there is empty. The last of a name wins."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    found: dict[str, str] = {}
    for line in lines:
        stripped = line.strip()
        if stripped and stripped[0] not in "#!":
            name, *rest = re.split(r"\s*[=:]\s*", stripped, maxsplit=1)
            found[name] = "".join(rest)
    return found
