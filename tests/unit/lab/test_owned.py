"""Nothing is removed that the lab did not make."""

from pathlib import Path
from typing import Any

import pytest

from selfhost.lab import cleaning, owned, state
from selfhost.lab.runtime import Runtime


@pytest.fixture
def crowded(engine: Any) -> Any:
    """An engine where others' things bear the lab's label, as what is made from its images does."""
    own = state.own_name()

    def answer(call: tuple[str, ...]) -> str | int:
        if call[0] == "ps" and "--format" in call:
            return f"{own}-a\tid-a\nforeign\tid-f\nselfhost-lab-foreign\tid-g\n"
        if call[0] == "images":
            return f"localhost/{own}:base\nlocalhost/theirs:latest\n<none>:<none>\n"
        if call[:2] == ("network", "ls"):
            return f"{own}\npodman\nselfhost-lab-foreign\n"
        return ""

    engine.answer = answer
    return engine


def removals(engine: Any) -> list[tuple[str, ...]]:
    return [call for call in engine.calls if {"rm", "rmi"} & set(call)]


def test_clean_asks_by_label_and_removes_by_name(
    crowded: Any, monkeypatch: pytest.MonkeyPatch, lab_folder: Path
) -> None:
    own = state.own_name()
    monkeypatch.setattr("shutil.which", lambda name: name if name == "podman" else None)
    cleaning.clean()
    assert removals(crowded) == [
        ("rm", "-f", "-v", "-t", "0", "id-a"),
        ("rmi", f"localhost/{own}:base"),
        ("network", "rm", own),
    ]
    listings = [c for c in crowded.calls if c[0] in ("ps", "images") and "--format" in c]
    label = f"label={state.LABEL}={own.removeprefix(state.PREFIX + '-')}"
    assert listings
    assert all(label in call for call in listings)
    assert not lab_folder.exists()


def test_a_container_of_a_wanted_name_without_the_label_stays(engine: Any, podman: Runtime) -> None:
    owned.remove_container(podman, state.own_name("-a"))
    assert removals(engine) == []


def test_images_go_children_first_and_never_by_force(engine: Any, podman: Runtime) -> None:
    gone: set[str] = set()

    def answer(call: tuple[str, ...]) -> str | int:
        if call[1] == "used" or (call[1] == "parent" and "child" not in gone):
            return 2
        gone.add(call[1])
        return ""

    engine.answer = answer
    assert owned.remove_images(podman, ["used", "parent", "child"]) == ["used"]
    assert gone == {"parent", "child"}
    assert not any("-f" in call or "--force" in call for call in engine.calls)


def test_clean_leaves_what_it_does_not_know_in_its_folder(
    engine: Any, monkeypatch: pytest.MonkeyPatch, lab_folder: Path
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    state.lab_id()
    (lab_folder / "notes").touch()
    (lab_folder / "apt" / "pool").mkdir(parents=True)
    cleaning.clean()
    assert [entry.name for entry in lab_folder.iterdir()] == ["notes"]
