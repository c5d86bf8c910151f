"""``policy.yml`` read and checked. Pure: it is given the text. Raises SettingsError, which names
file and line, and says how to mend it."""

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from selfhost.controls import registry
from selfhost.controls.model import Category
from selfhost.errors import SettingsError, UsageError
from selfhost.policy.catalogue import languages as all_languages
from selfhost.policy.catalogue import standards
from selfhost.policy.facts import FACTS
from selfhost.policy.model import Operator, Policy, Promise, Sentence, Texts
from selfhost.settings.document import Value, parse

MAX_SENTENCES = 100
MAX_TEXT = 2000
MAX_DAYS = 366
_TOP = ("languages", "controller", "notice_days", "promise")
_NEEDED = ("controller", "notice_days", "promise")
_PLAIN = ("name", "contact", "joint_controller", "representative", "data_protection_officer")
_SAID = ("purposes", "legal_basis", "recipients", "transfers", "measures")
_SENTENCE = ("id", "at_most", "text", "controls", "categories", "fact")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def policy(text: str, path: Path) -> Policy:
    """The policy in ``text``, which ``path`` is the file of."""
    document = parse(text, path)
    _known(document, _TOP, "a policy")
    for name in _NEEDED:
        if name not in document:
            raise SettingsError(
                f"{path}:1: there is no {name!r}", hint="selfhost policy init shows a whole one"
            )
    languages = _languages(document.get("languages"))
    return Policy(
        languages=languages,
        operator=_operator(document["controller"], languages),
        promise=Promise(
            _days(document["notice_days"], "notice_days"),
            _sentences(document["promise"], languages),
        ),
    )


def _known(given: Mapping[str, Value], names: Iterable[str], what: str) -> None:
    names = tuple(names)
    for name, value in given.items():
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(names)}"
            raise SettingsError(f"{value.place}: {what} has no {name[:60]!r}", hint=hint)


def _languages(value: Value | None) -> tuple[str, ...]:
    if value is None:
        return ("en",)
    found = value.plain()
    known = all_languages()
    if not isinstance(found, list) or not found or not all(isinstance(one, str) for one in found):
        raise SettingsError(f"{value.place}: languages is a list, such as [en, de]")
    for one in found:
        if one not in known:
            raise SettingsError(
                f"{value.place}: there are no texts in {one[:20]!r}",
                hint=f"one of {', '.join(known)}",
            )
    return tuple(dict.fromkeys(found))


def _operator(value: Value, languages: tuple[str, ...]) -> Operator:
    given = _mapping(value, "controller", "name and contact, each on a line of its own")
    _known(given, (*_PLAIN, *_SAID), "the controller")
    for name in ("name", "contact"):
        if name not in given:
            raise SettingsError(
                f"{value.place}: the controller has no {name}",
                hint="participants have to be told who is responsible, and how to reach them",
            )
    plain = {name: _line(given[name], name) for name in _PLAIN if name in given}
    said = {name: _texts(given[name], name, languages) for name in _SAID if name in given}
    return Operator(
        name=plain["name"],
        contact=plain["contact"],
        joint_controller=plain.get("joint_controller", ""),
        representative=plain.get("representative", ""),
        data_protection_officer=plain.get("data_protection_officer", ""),
        purposes=said.get("purposes", {}),
        legal_basis=said.get("legal_basis", {}),
        recipients=said.get("recipients", {}),
        transfers=said.get("transfers", {}),
        measures=said.get("measures", {}),
    )


def _sentences(value: Value, languages: tuple[str, ...]) -> tuple[Sentence, ...]:
    if not isinstance(value.data, list) or not value.data:
        raise SettingsError(f"{value.place}: promise is a list; begin each with '- id: …'")
    if len(value.data) > MAX_SENTENCES:
        raise SettingsError(f"{value.place}: a promise has {MAX_SENTENCES} sentences at most")
    found: dict[str, Sentence] = {}
    for entry in value.data:
        sentence = _sentence(entry, languages)
        if sentence.id in found:
            raise SettingsError(f"{entry.place}: the sentence {sentence.id} stands twice")
        found[sentence.id] = sentence
    return tuple(found.values())


def _sentence(entry: Value, languages: tuple[str, ...]) -> Sentence:
    given = _mapping(entry, "a sentence", "begin it with '- id: …'")
    _known(given, _SENTENCE, "a sentence")
    if "id" not in given:
        raise SettingsError(f"{entry.place}: a sentence has no id", hint="begin it with '- id: …'")
    name = _line(given["id"], "id")
    if not _ID.fullmatch(name) or len(name) > 60:
        raise SettingsError(
            f"{given['id'].place}: an id has small letters, digits and single hyphens"
        )
    if name in standards():
        return _standard(name, given)
    if "text" not in given:
        near = difflib.get_close_matches(name, standards(), n=1)
        raise SettingsError(
            f"{given['id'].place}: there is no sentence {name!r}, and it has no text of its own",
            hint=f"did you mean {near[0]}?" if near else f"there are {', '.join(standards())}",
        )
    return _own(name, given, languages)


def _standard(name: str, given: Mapping[str, Value]) -> Sentence:
    sentence = standards()[name].sentence
    for extra in ("text", "controls", "categories", "fact"):
        if extra in given:
            raise SettingsError(
                f"{given[extra].place}: what {name} says and is bound to cannot be changed",
                hint="give your own sentence another id",
            )
    if not sentence.fact:
        if "at_most" in given:
            raise SettingsError(f"{given['at_most'].place}: {name} has no bound")
        return sentence
    if "at_most" not in given:
        raise SettingsError(
            f"{given['id'].place}: {name} needs at_most", hint="for how many days at most"
        )
    return Sentence(name, fact=sentence.fact, at_most=_days(given["at_most"], "at_most"))


def _own(name: str, given: Mapping[str, Value], languages: tuple[str, ...]) -> Sentence:
    controls = tuple(_control(one) for one in _items(given.get("controls"), "controls"))
    categories = tuple(_category(one) for one in _items(given.get("categories"), "categories"))
    fact, bound = given.get("fact"), given.get("at_most")
    if fact is not None and fact.data not in FACTS:
        raise SettingsError(
            f"{fact.place}: there is no fact {str(fact.data)[:60]!r}",
            hint=f"one of {', '.join(FACTS)}",
        )
    if (fact is None) != (bound is None):
        place = (fact or bound or given["id"]).place
        raise SettingsError(f"{place}: fact and at_most belong together")
    if not (controls or categories or fact):
        raise SettingsError(
            f"{given['id'].place}: {name} is bound to nothing, so nothing would show it broken",
            hint="add controls (selfhost controls list), categories, or a fact with at_most",
        )
    return Sentence(
        id=name,
        controls=tuple(dict.fromkeys(controls)),
        categories=tuple(dict.fromkeys(categories)),
        fact=str(fact.data) if fact else "",
        at_most=_days(bound, "at_most") if bound else 0,
        text=_texts(given["text"], "text", languages),
    )


def _control(value: Value) -> str:
    name = _line(value, "a control")
    try:
        return registry.find(name).id
    except UsageError as error:
        raise SettingsError(f"{value.place}: {error.message}", hint=error.hint) from None


def _category(value: Value) -> str:
    name = _line(value, "a category")
    if name not in set(Category):
        raise SettingsError(
            f"{value.place}: there is no category {name[:60]!r}",
            hint=f"one of {', '.join(Category)}",
        )
    return name


def _items(value: Value | None, name: str) -> list[Value]:
    if value is None:
        return []
    if not isinstance(value.data, list) or not value.data:
        raise SettingsError(f"{value.place}: {name} is a list, such as [a, b]")
    return value.data


def _mapping(value: Value, what: str, how: str) -> dict[str, Value]:
    if not isinstance(value.data, dict):
        raise SettingsError(f"{value.place}: {what} is not 'name: value' lines", hint=how)
    return value.data


def _days(value: Value, name: str) -> int:
    if type(value.data) is not int or not 0 <= value.data <= MAX_DAYS:
        raise SettingsError(f"{value.place}: {name} is a number of days from 0 to {MAX_DAYS}")
    return value.data


def _texts(value: Value, name: str, languages: tuple[str, ...]) -> Texts:
    """By language. One text alone will do where the policy has one language."""
    if not isinstance(value.data, dict):
        if len(languages) > 1:
            raise SettingsError(
                f"{value.place}: {name} has one text for {len(languages)} languages",
                hint="write it as " + ", ".join(f"{one}: …" for one in languages),
            )
        return {languages[0]: _line(value, name)}
    _known(value.data, languages, name)
    for one in languages:
        if one not in value.data:
            raise SettingsError(f"{value.place}: {name} has no text in {one!r}")
    return {one: _line(value.data[one], name) for one in languages}


def _line(value: Value, name: str) -> str:
    """Text in one line, with nothing in it that hides or moves other text."""
    text = " ".join(value.data.split()) if isinstance(value.data, str) else ""
    if not text:
        hint = "put it in quotes" if value.data not in (None, "") else ""
        raise SettingsError(f"{value.place}: {name} must be text", hint=hint)
    if len(text) > MAX_TEXT:
        raise SettingsError(f"{value.place}: {name} is longer than {MAX_TEXT} characters")
    if not text.isprintable():
        raise SettingsError(f"{value.place}: {name} holds characters that cannot be shown")
    return text
