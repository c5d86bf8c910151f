"""What the start scripts hand over: the arguments that Java would get."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CONFIG_FILE = "config.file"


@dataclass(frozen=True)
class Arguments:
    """``heap`` as written after ``-Xmx``; ``properties`` are the ``-Dname=value`` pairs."""

    heap: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        """The HOCON file. Ends the program when none was named, as Java's defaults lack a login."""
        try:
            return Path(self.properties[CONFIG_FILE])
        except KeyError:
            sys.exit(f"no -D{CONFIG_FILE}=FILE among the arguments")

    @property
    def overrides(self) -> Mapping[str, str]:
        """Settings given as properties; they win over the file."""
        return {
            name: value
            for name, value in self.properties.items()
            if name.split(".")[0] in {"videobridge", "jicofo", "ice4j", "jibri"}
        }


def parse_arguments(argv: Sequence[str]) -> Arguments:
    """Read ``-Xmx…`` and ``-D…``; everything else that Java understands is passed over."""
    heap = ""
    properties: dict[str, str] = {}
    for argument in argv:
        if argument.startswith("-Xmx"):
            heap = argument.removeprefix("-Xmx")
        elif argument.startswith("-D"):
            name, _, value = argument.removeprefix("-D").partition("=")
            properties[name] = value
    return Arguments(heap, properties)
