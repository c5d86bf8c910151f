"""Programs that run on servers: packages of the standard library, sent as one text."""

import re
from functools import cache
from importlib import import_module
from importlib.resources import files

from selfhost.evidence import collector

#: An import of another part, which stands before in the text.
_OF_ITS_OWN = r"^from {package}\.\w+ import (?:\([^)]*\)|[^\n]*)\n"


def collector_program() -> bytes:
    """The text of the collector."""
    return joined(collector.__name__)


@cache
def joined(package: str) -> bytes:
    """A package's text: its docstring and its parts, in the order of its ``PARTS``."""
    module = import_module(package)
    own = re.compile(_OF_ITS_OWN.format(package=re.escape(package)), re.M)
    parts = [f'"""{module.__doc__}"""\n']
    for name in module.PARTS:
        text = files(package).joinpath(f"{name}.py").read_text("utf-8")
        parts.append(own.sub("", text))
    return "\n\n".join(parts).encode("ascii")
