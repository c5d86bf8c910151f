"""What is wrong with settings, collected so that all of it is told at once."""

from dataclasses import dataclass

from selfhost.errors import SettingsError
from selfhost.settings.document import Place


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. Neither text holds a secret's value."""

    key: str
    message: str
    hint: str = ""
    place: Place | None = None

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.key}: {self.message}"


def raise_for(problems: list[Problem]) -> None:
    """Raise one SettingsError for all problems, in the order of their places; none, no error."""
    if not problems:
        return
    if len(problems) == 1:
        raise SettingsError(str(problems[0]), hint=problems[0].hint)
    ordered = sorted(
        problems,
        key=lambda p: (
            p.place is None,
            str(p.place.path) if p.place else "",
            p.place.line if p.place else 0,
        ),
    )
    lines = [f"  {p}" + (f" ({p.hint})" if p.hint else "") for p in ordered]
    raise SettingsError(f"{len(problems)} settings need mending:\n" + "\n".join(lines))
