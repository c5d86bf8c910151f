"""Old names of the settings of Jitsi's Java programs, from ``legacy_keys.yml``."""

from dataclasses import dataclass
from functools import cache

from selfhost.catalog.components import load


@dataclass(frozen=True, slots=True)
class LegacyKey:
    """``old``: a property, or with ``prefix`` all properties that start so. ``new``: the paths of
    today that it stands for. ``kind``: how its text becomes their value (``legacy_keys.yml``)."""

    old: str
    new: tuple[str, ...]
    kind: str
    prefix: bool

    def rest(self, name: str) -> str | None:
        """What follows the prefix in a property's name; ``None``: not this key."""
        if not self.prefix:
            return "" if name == self.old else None
        return name[len(self.old) :] if name.startswith(self.old) else None


@cache
def legacy_keys(component: str) -> tuple[LegacyKey, ...]:
    """The old keys of ``jicofo`` or ``videobridge``."""
    data = load("legacy_keys.yml")
    assert isinstance(data, dict)  # noqa: S101 - our own file, covered by a test
    found = []
    for entry in data[component]:
        new = entry["new"]
        paths = (new,) if isinstance(new, str) else tuple(new)
        prefix = entry["old"].endswith("*")
        found.append(
            LegacyKey(
                old=entry["old"].rstrip("*"),
                new=tuple(path.removesuffix(".*") for path in paths),
                kind=entry.get("as", "text"),
                prefix=prefix,
            )
        )
    return tuple(found)
