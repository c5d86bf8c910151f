"""The surface catalogue and the controls fit together."""

import json

import pytest

from selfhost.catalog.surfaces import FILES, Surface, surfaces
from selfhost.cli.root import run
from selfhost.controls import registry
from selfhost.controls.coverage import Coverage, coverage
from selfhost.controls.model import Severity


def _found() -> Coverage:
    return coverage(surfaces(), registry.controls())


def test_the_catalogue_is_whole() -> None:
    # The count of the survey of upstream's sources of August 2026.
    assert len(surfaces()) == 450
    assert {surface.severity for surface in surfaces().values()} == set(Severity)
    assert all(surface.title and surface.component for surface in surfaces().values())


def test_every_file_of_the_folder_is_read() -> None:
    from importlib.resources import files

    folder = files("selfhost.catalog").joinpath("surfaces")
    assert {entry.name for entry in folder.iterdir()} == {f"{name}.yml" for name in FILES}


def test_controls_name_surfaces_that_exist() -> None:
    wrong = {
        (control.id, key)
        for control in registry.controls()
        for key in control.surfaces
        if key not in surfaces()
    }
    assert wrong == set()


def test_a_judged_surface_has_no_reason_why_it_could_not_be() -> None:
    assert [s.id for s in _found().judged if s.reason] == []


def test_every_surface_is_judged_or_has_a_reason() -> None:
    assert [surface.id for surface in _found().open] == []


def test_the_three_groups_are_told_apart() -> None:
    control = registry.controls()[0]
    named = {
        key: Surface(key, "host system", "exposure", "low", "A title", reason)
        for key, reason in ((control.surfaces[0], ""), ("other", "nobody can see it"), ("left", ""))
    }
    found = coverage(named, [control])
    assert [surface.id for surface in found.judged] == [control.surfaces[0]]
    assert [surface.id for surface in found.reasoned] == ["other"]
    assert [surface.id for surface in found.open] == ["left"]
    assert found.components() == {"host system": (1, 1, 1)}


def test_the_command_says_it_in_both_forms(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["controls", "coverage", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["total"] == told["judged"] + told["reasoned"] + told["open"] == 450
    by_id = {surface["id"]: surface for surface in told["surfaces"]}
    assert "web-recording-service" in by_id["web-recording-service"]["controls"]
    assert run(["controls", "coverage"]) == 0
    assert f"{told['judged']} of 450 surfaces are judged" in capsys.readouterr().out
