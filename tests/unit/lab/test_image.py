"""The image: taken when recipe and age are right, built otherwise."""

import datetime
import subprocess
from pathlib import Path

import pytest

from selfhost.errors import LabError
from selfhost.lab import image, recipe

TODAY = datetime.date(2026, 3, 31)
DIGEST = "0123456789ab"


def name(day: str, digest: str = DIGEST, release: str = "bookworm") -> str:
    return f"localhost/selfhost-lab-0:{release}-{digest}-{day}"


def test_the_newest_of_the_same_recipe_is_taken() -> None:
    names = [
        name("20260320"),
        name("20260329"),
        name("20260331", "ffffffffffff"),
        name("20260331", release="trixie"),
        "localhost/selfhost-lab-0/a:bookworm.1",
    ]
    assert image.freshest(names, "bookworm", DIGEST, TODAY) == name("20260329")


@pytest.mark.parametrize(("day", "taken"), [("20260301", True), ("20260228", False)])
def test_after_thirty_days_it_is_built_anew(day: str, taken: bool) -> None:
    assert bool(image.freshest([name(day)], "bookworm", DIGEST, TODAY)) is taken


def test_one_from_the_future_is_not_taken() -> None:
    assert image.freshest([name("20260401")], "bookworm", DIGEST, TODAY) == ""


def test_the_digest_speaks_for_release_sources_and_builder() -> None:
    digests = {
        recipe.digest(*parts)
        for parts in (
            ("bookworm", "s", "mmdebstrap"),
            ("trixie", "s", "mmdebstrap"),
            ("bookworm", "t", "mmdebstrap"),
            ("bookworm", "s", "registry"),
        )
    }
    assert len(digests) == 4


def test_an_unknown_release_is_refused_with_those_there_are() -> None:
    with pytest.raises(LabError) as caught:
        recipe.check_release("noble")
    assert "bookworm" in caught.value.hint


def test_the_steps_inside_the_image_are_a_script(tmp_path: Path) -> None:
    script = tmp_path / "finish.sh"
    script.write_text(recipe.FINISH)
    assert subprocess.run(["sh", "-n", script], capture_output=True).stderr == b""


def test_what_roles_install_is_not_there_beforehand() -> None:
    theirs = {"gpg", "curl", "nginx", "prosody", "coturn", "debconf-utils", "openssl", "certbot"}
    assert not theirs & set(recipe.PACKAGES)


def test_the_reason_is_the_first_error() -> None:
    stderr = b"I: working\nE: The repository is not signed.\nE: apt-get failed\n"
    assert image.reason(stderr) == "The repository is not signed."
    assert image.reason(b"") == "it says nothing"


def test_the_registrys_image_is_labelled_and_its_own_habits_are_undone() -> None:
    text = recipe.containerfile("trixie", "selfhost.lab=0")
    assert text.startswith("FROM debian:trixie\n")
    assert "\nLABEL selfhost.lab=0\n" in text
    assert "policy-rc.d" in recipe.FINISH
    assert "docker-*" in recipe.FINISH
