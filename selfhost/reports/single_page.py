"""An HTML page that loads nothing: no script, and a style that its Content-Security-Policy allows
by digest."""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from selfhost.reports.escape import printable


def render(package: str, template: str, styles: Sequence[str], **values: Any) -> str:
    """A template of ``package``/templates, filled in. Text that is not ours has no control
    characters in it and is no markup.

    ``styles`` are put together, and given to it as ``style``; ``style_digest`` is for its policy.
    """
    environment = _environment(package)
    style = "".join(_source(package, name) for name in styles)
    text = environment.get_template(template).render(
        **values,
        style=Markup(style),  # noqa: S704 - our own files
        style_digest=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )
    return text + "\n"


def _source(package: str, name: str) -> str:
    return files(package).joinpath("templates", name).read_text("utf-8")


@cache
def _environment(package: str) -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: _source(package, name)),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )


def _harmless(value: object) -> object:
    """Every value that is shown; what is markup already is our own."""
    if isinstance(value, Markup):
        return value
    return printable(value) if isinstance(value, str) else value
