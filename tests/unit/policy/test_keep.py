"""The file of changes, as anybody may have left it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from selfhost.errors import UsageError
from selfhost.policy import keep
from selfhost.policy.model import Promise, Sentence
from tests.unit.policy.samples import HEAD, TODAY

POLICY = (
    f"{HEAD}promise:\n- id: no-ai\n- {{id: log-days, at_most: 3}}\n"
    "- id: ours\n  text: x\n  controls: [web-gravatar]\n  fact: audit-age\n  at_most: 8\n"
)


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    (tmp_path / keep.POLICY).write_text(POLICY)
    keep.announce(tmp_path, TODAY, None)
    return tmp_path


def test_what_was_announced_is_read_again(inventory: Path) -> None:
    (change,) = keep.changes(inventory)
    assert change.promise == keep.policy(inventory).promise


Change = Callable[[dict[str, Any]], object]


def own(meaning: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = meaning["sentences"][2]
    return found


#: Of a line whose digest fits, so that it is not this that tells.
HOSTILE: dict[str, Change] = {
    "a notice without an end": lambda m: m.update(notice_days=float("inf")),
    "a notice of a million years": lambda m: m.update(notice_days=365_000_000),
    "a notice below nothing": lambda m: m.update(notice_days=-1),
    "a notice that is true": lambda m: m.update(notice_days=True),
    "a bound without an end": lambda m: own(m).update(at_most=float("inf")),
    "a fact that is not known": lambda m: own(m).update(fact="weather"),
    "nothing said": lambda m: own(m).update(text={}),
    "a text that is none": lambda m: own(m).update(text=["x"]),
    "a sentence that is not known": lambda m: m["sentences"].append({"id": "no-weather"}),
    "a sentence that is none": lambda m: m["sentences"].append("no-ai"),
    "sentences that are none": lambda m: m.update(sentences=7),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_line_that_no_run_wrote_is_told(
    inventory: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = inventory / keep.CHANGES
    line = json.loads(path.read_text())
    HOSTILE[name](line["promise"])
    path.write_text(json.dumps(line) + "\n")
    # Whoever wrote the line can name its digest, too.
    monkeypatch.setattr(Promise, "digest", line["sha256"])
    with pytest.raises(UsageError, match=r"policy-changes\.jsonl:1 is not what selfhost"):
        keep.changes(inventory)


@pytest.mark.parametrize(
    "content",
    [b"\n", b"\xff\n", b"[" * 100_000, b"null\n", b"[]\n", b'{"promise": {}}\n', b"9" * 5000],
)
def test_what_is_no_line_of_ours_is_told(inventory: Path, content: bytes) -> None:
    (inventory / keep.CHANGES).write_bytes(content)
    with pytest.raises(UsageError, match=r"policy-changes\.jsonl:1 is not what selfhost"):
        keep.changes(inventory)


def test_a_digest_of_another_promise_is_told(inventory: Path) -> None:
    path = inventory / keep.CHANGES
    path.write_text(path.read_text().replace('"at_most": 3', '"at_most": 30'))
    with pytest.raises(UsageError, match="is not what selfhost policy announce wrote"):
        keep.changes(inventory)


def test_the_same_promise_has_one_digest_in_any_order() -> None:
    one, two = Sentence("a"), Sentence("b")
    assert Promise(1, (one, two)).digest == Promise(1, (two, one)).digest
