"""docker-jitsi-meet's variables of ``docker_variables.yml``: which are known, which do nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from selfhost.catalog.client_keys import words
from selfhost.catalog.components import load

#: Names of credentials and addresses of services, whoever they are for.
_CREDENTIAL = re.compile(
    r"(?:^|_)(?:API_?(?:KEY|TOKEN|URL|BASE|ENDPOINT)|ACCESS_TOKEN|ENDPOINT)S?$"
)


@dataclass(frozen=True, slots=True)
class DockerVariables:
    """``known``: names that upstream's files have now. ``former``: the last release that had a
    name. ``inert``: why a name has no effect, or another than it says. ``relevant``: words that
    make an unknown name look as if it mattered. ``others``: beginnings of other programs' names."""

    known: frozenset[str]
    former: Mapping[str, str]
    inert: Mapping[str, str]
    relevant: frozenset[str]
    others: tuple[str, ...]

    def knows(self, name: str) -> bool:
        """Whether upstream has or had this variable."""
        return name in self.known or name in self.former

    def meant(self, name: str) -> str:
        """The switch that an unknown ``ENABLE_…`` or ``DISABLE_…`` misspells, or ``""``."""
        if self.knows(name) or not name.startswith(("ENABLE_", "DISABLE_")):
            return ""
        switches = [other for other in self.known if other.startswith(("ENABLE_", "DISABLE_"))]
        near = get_close_matches(name, switches, n=1, cutoff=0.9)
        return near[0] if near else ""

    def looks_relevant(self, name: str) -> bool:
        """Whether a name has to do with recording, AI, tracking or some outside service."""
        if any(word in self.relevant for word in words(name)):
            return True
        return bool(_CREDENTIAL.search(name)) and not name.startswith(self.others)


@cache
def docker_variables() -> DockerVariables:
    """The catalogue, read once."""
    data = load("docker_variables.yml")
    assert isinstance(data, dict)  # noqa: S101 - our own file, covered by a test
    return DockerVariables(
        known=frozenset(data["current"]) | frozenset(data["templates"]),
        former=dict(data["former"]),
        inert={name: " ".join(why.split()) for name, why in data["inert"].items()},
        relevant=frozenset(data["relevant"]),
        others=tuple(data["others"]),
    )
