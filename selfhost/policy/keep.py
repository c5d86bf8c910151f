"""The policy's files beside the inventory: ``policy.yml``, and every change that was announced."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from selfhost import lock_file, named_file, whole_file
from selfhost.errors import UsageError
from selfhost.policy import load
from selfhost.policy.catalogue import standards
from selfhost.policy.facts import FACTS
from selfhost.policy.in_force import Change, InForce, announced, in_force
from selfhost.policy.model import Policy, Promise, Sentence
from selfhost.settings.document import read_text

POLICY = "policy.yml"
CHANGES = "policy-changes.jsonl"
_LOCK = ".policy.lock"
_MAX_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """The policy as it is written, and what is in force. ``drifted``: what is written is neither in
    force nor announced."""

    policy: Policy
    in_force: InForce

    @property
    def promise(self) -> Promise:
        """What is in force, or what is written when nothing was announced yet."""
        return self.in_force.now.promise if self.in_force.now else self.policy.promise

    @property
    def drifted(self) -> bool:
        """See the class."""
        latest = self.in_force.coming or self.in_force.now
        return latest is None or latest.promise.digest != self.policy.promise.digest


def there_is(inventory: Path) -> bool:
    """Whether the site has a policy."""
    return (inventory / POLICY).exists() or (inventory / CHANGES).exists()


def read(inventory: Path, today: date) -> Kept:
    """Both files. Raises UsageError (SettingsError) when the policy is missing or not valid."""
    return Kept(policy(inventory), in_force(changes(inventory), today))


def policy(inventory: Path) -> Policy:
    """``policy.yml``."""
    path = inventory / POLICY
    if not path.exists():
        raise UsageError(f"there is no {path}", hint="selfhost policy init writes one")
    return load.policy(read_text(path), path)


def changes(inventory: Path) -> tuple[Change, ...]:
    """What was announced, the oldest first; none where the file is not. Raises UsageError when it
    is damaged."""
    path = inventory / CHANGES
    if not path.exists():
        return ()
    found = []
    content = named_file.content(path, _MAX_BYTES, "a file of changes can be (16 MiB)")
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        try:
            found.append(_change(json.loads(line)))
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            raise UsageError(
                f"{path}:{number} is not what selfhost policy announce wrote",
                hint="take the file from a backup, or update selfhost if a newer one wrote it",
            ) from None
        if len(found) > 1 and found[-1].announced < found[-2].announced:
            raise UsageError(f"{path}:{number} was announced before the line above it")
    return tuple(found)


def announce(inventory: Path, today: date, wanted: date | None) -> tuple[Change, InForce]:
    """Announce what ``policy.yml`` says now; with what stood before. Raises UsageError."""
    path = inventory / CHANGES
    promise = policy(inventory).promise
    with lock_file.held(inventory / _LOCK):
        before = changes(inventory)
        change = announced(before, promise, today, wanted)
        lines = [*before, change]
        text = "".join(json.dumps(_line(one), sort_keys=True) + "\n" for one in lines)
        try:
            whole_file.put(path, text.encode(), 0o644)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    return change, in_force(before, today)


def _line(change: Change) -> dict[str, Any]:
    return {
        "announced": change.announced.isoformat(),
        "effective": change.effective.isoformat(),
        "sha256": change.promise.digest,
        "promise": change.promise.meaning(),
    }


def _change(entry: Mapping[str, Any]) -> Change:
    """Raises what a value of another kind raises, and ValueError where the digest is another."""
    meaning = entry["promise"]
    sentences = tuple(map(_sentence, meaning["sentences"]))
    promise = Promise(_days(meaning["notice_days"]), sentences)
    if promise.digest != entry["sha256"]:
        raise ValueError("changed, or of another version")
    effective = date.fromisoformat(entry["effective"])
    return Change(date.fromisoformat(entry["announced"]), effective, promise)


def _sentence(meaning: Mapping[str, Any]) -> Sentence:
    bound = _days(meaning.get("at_most", 0))
    if "text" not in meaning:
        of = standards()[meaning["id"]].sentence
        return Sentence(of.id, of.controls, of.categories, of.fact, bound)
    fact = str(meaning.get("fact", ""))
    if not meaning["text"] or fact not in ("", *FACTS):
        raise ValueError("says nothing, or is of another version")
    return Sentence(
        id=str(meaning["id"]),
        controls=tuple(map(str, meaning.get("controls", ()))),
        categories=tuple(map(str, meaning.get("categories", ()))),
        fact=fact,
        at_most=bound,
        text={str(key): str(value) for key, value in meaning["text"].items()},
    )


def _days(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= load.MAX_DAYS:
        raise ValueError("no number of days")
    return value
