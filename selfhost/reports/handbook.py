"""``docs/controls/``: every control with its reason, fix and examples, a page a category."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from selfhost.audit.links import judged_by_link
from selfhost.catalog.surfaces import Surface
from selfhost.controls import examples
from selfhost.controls.model import Category, Control, Example

INDEX = "README.md"
NOTE = "Written by `selfhost dev docs` from the controls themselves."
MAX_LINES = 24

HEADINGS = {
    Category.RECORDING: "Recording",
    Category.TRANSCRIPTION: "Transcription",
    Category.AI: "AI",
    Category.STREAMING: "Streaming",
    Category.THIRD_PARTY: "Third parties",
    Category.TELEMETRY: "Telemetry",
    Category.RETENTION: "Retention",
    Category.EXPOSURE: "Exposure",
    Category.INTEGRITY: "Integrity",
}


def pages(controls: Sequence[Control], surfaces: Mapping[str, Surface]) -> dict[str, str]:
    """Text by file name: an index and a page for each category."""
    found = {INDEX: _index(controls)}
    for category in Category:
        chosen = [control for control in controls if control.category is category]
        found[f"{category}.md"] = _page(category, chosen, surfaces)
    return found


def _index(controls: Sequence[Control]) -> str:
    lines = [
        "# Controls",
        "",
        f"{NOTE} `selfhost explain ID` says the same of one at a terminal; `selfhost controls"
        " coverage` says which known surfaces of a Jitsi deployment they judge, and why none"
        " judges the rest.",
        "",
        "*link*: it judges a setting that a meeting link (`#config.…`) can set again for whoever"
        " opens it. It says what the server hands out; what holds against a link is the server,"
        " which must not offer the service, and the Content-Security-Policy.",
    ]
    for category in Category:
        chosen = [control for control in controls if control.category is category]
        lines += ["", f"## {HEADINGS[category]}", "", "| severity | control | what must hold | |"]
        lines.append("|---|---|---|---|")
        lines += [
            f"| {c.severity} | [{c.id}]({category}.md#{c.id}) | {_cell(c.title)} |"
            f" {'link' if judged_by_link(c) else ''} |"
            for c in chosen
        ]
    return "\n".join(lines) + "\n"


def _page(category: Category, controls: Sequence[Control], surfaces: Mapping[str, Surface]) -> str:
    lines = [f"# {HEADINGS[category]}", "", f"[All controls]({INDEX}). {NOTE}"]
    for control in controls:
        lines += ["", *_control(control, surfaces)]
    return "\n".join(lines) + "\n"


def _control(control: Control, surfaces: Mapping[str, Surface]) -> Iterator[str]:
    yield f"## {control.id}"
    yield ""
    likely = " (judged by names and habits)" if control.confidence == "likely" else ""
    yield f"**{_text(control.title)}.** {str(control.severity).capitalize()}{likely}."
    yield ""
    yield _text(control.risk)
    yield ""
    since = f", since {control.since}" if control.since else ""
    yield f"- Upstream's default: {_text(control.upstream_default)}{since}"
    if control.fix.variable:
        setting = f"{control.fix.variable}: {control.fix.value}".rstrip(": ")
        yield f"- Setting: `{setting}`, then `selfhost apply --tags {control.fix.role}`"
    yield f"- By hand: {_text(control.fix.by_hand)}"
    if control.gdpr:
        yield f"- GDPR: {control.gdpr}"
    links = judged_by_link(control)
    if links:
        yield "- A link can set: " + ", ".join(f"`{key}`" for key in links)
    yield "- Looks at: " + ", ".join(f"`{need}`" for need in control.needs)
    yield "- See: " + "; ".join(_reference(reference) for reference in control.references)
    if control.surfaces:
        yield "- Judges: " + "; ".join(
            f"{_text(surfaces[key].title)} (`{key}`)" for key in control.surfaces
        )
    yield from _examples("Fails", control, control.bad[:2])
    plain = [example for example in control.good if not example.note]
    noted = [example for example in control.good if example.note]
    yield from _examples("Passes", control, plain[:1])
    yield from _examples("Looks alike, and passes", control, noted[:2])
    yield from _examples("Cannot be told", control, control.unclear[:1])


def _examples(heading: str, control: Control, chosen: Iterable[Example]) -> Iterator[str]:
    for example in chosen:
        yield ""
        yield f"{heading}{f' ({_text(example.note)})' if example.note else ''}:"
        yield ""
        yield from _fenced(control, example)


def _fenced(control: Control, example: Example) -> Iterator[str]:
    absent = [f"({source} was looked for and is absent)" for source in example.absent]
    lines: list[str] = []
    for key, snippet in example.evidence.items():
        source, _, path = key.partition(" ")
        shown = snippet.rstrip("\n").split("\n")
        lines.append(f"# {path or examples.place(source)}")
        lines += shown[:MAX_LINES]
        if len(shown) > MAX_LINES:
            lines.append(f"[… {len(shown) - MAX_LINES} more lines]")
    lines += absent
    # A fence longer than any in the text keeps the text from ending it.
    yield "````text"
    yield from lines or [f"({', '.join(control.needs)}: nothing in it)"]
    yield "````"


def _reference(reference: str) -> str:
    return f"<{reference}>" if reference.startswith("https://") else f"`{reference}`"


def _text(text: str) -> str:
    """As prose: nothing in it may start HTML."""
    return text.replace("<", "&lt;")


def _cell(text: str) -> str:
    return _text(text).replace("|", "\\|")
