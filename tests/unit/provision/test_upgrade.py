"""An upgrade's course: for each failure the right end, and never a half-way one."""

from dataclasses import dataclass, field

import pytest

from selfhost.errors import ProvisionError, SelfhostError, TargetError
from selfhost.provision.upgrade import NEXT, End, Findings, Result, Step, run

OLD: Findings = frozenset({("meet", "web-stun")})


@dataclass
class World:
    """Does what it is told: which steps fail, whether a server was touched."""

    fails: dict[Step, SelfhostError] = field(default_factory=dict)
    touched: bool = True
    after: Findings = OLD
    steps: list[Step] = field(default_factory=list)

    def _do(self, step: Step) -> None:
        if step in self.fails:
            raise self.fails[step]

    def backup(self) -> None:
        self._do(Step.BACKUP)

    def audit(self) -> Findings:
        self._do(self.steps[-1])
        return OLD if self.steps[-1] is Step.LOOK else self.after

    def change(self) -> None:
        self._do(Step.CHANGE)

    def begun(self) -> bool:
        return self.touched

    def keep(self) -> None:
        self._do(Step.KEEP)

    def back(self) -> None:
        self._do(Step.BACK)

    def tell(self, step: Step) -> None:
        self.steps.append(step)


def test_every_step_has_a_next_for_every_result() -> None:
    assert set(NEXT) == {(step, result) for step in Step for result in Result}
    for (step, result), following in NEXT.items():
        if step in (Step.CHANGE, Step.AUDIT, Step.KEEP) and result is Result.FAILED:
            assert following is Step.BACK
        if following is End.KEPT:
            assert (step, result) == (Step.KEEP, Result.GOOD)


def test_what_works_is_kept() -> None:
    world = World()
    run(world)
    assert world.steps == [Step.BACKUP, Step.LOOK, Step.CHANGE, Step.AUDIT, Step.KEEP]


@pytest.mark.parametrize("step", [Step.CHANGE, Step.AUDIT, Step.KEEP])
def test_what_fails_is_taken_back_and_told(step: Step) -> None:
    world = World({step: ProvisionError("prosody : Restart: failed", hint="apply again\nlog: x")})
    with pytest.raises(ProvisionError) as caught:
        run(world)
    assert world.steps[-1] is Step.BACK
    assert caught.value.message == (
        "the upgrade did not work, and the former state is back: prosody : Restart: failed"
    )
    assert (caught.value.hint, caught.value.exit_code) == (
        "mend that, then upgrade again\nlog: x",
        1,
    )


def test_a_new_finding_takes_it_back_and_an_old_one_does_not() -> None:
    world = World(after=OLD | {("meet", "jicofo-transcription-url")})
    with pytest.raises(ProvisionError, match="jicofo-transcription-url on meet") as caught:
        run(world)
    assert "web-stun" not in caught.value.message
    assert world.steps == [Step.BACKUP, Step.LOOK, Step.CHANGE, Step.AUDIT, Step.BACK]


@pytest.mark.parametrize("step", [Step.BACKUP, Step.LOOK, Step.CHANGE])
def test_what_fails_before_anything_was_touched_is_only_told(step: Step) -> None:
    world = World({step: TargetError("meet could not be reached", hint="look")}, touched=False)
    with pytest.raises(TargetError) as caught:
        run(world)
    assert caught.value.message == "nothing was changed: meet could not be reached"
    assert world.steps[-1] is step


def test_a_way_back_that_fails_tells_both_reasons_and_what_to_do() -> None:
    world = World({Step.CHANGE: ProvisionError("A"), Step.BACK: TargetError("B", hint="C")})
    with pytest.raises(ProvisionError) as caught:
        run(world)
    assert "did not work: A\n" in caught.value.message
    assert "could not be brought back: B" in caught.value.message
    assert "C\nthen: selfhost rollback" in caught.value.hint


def test_an_interruption_goes_through() -> None:
    class Impatient(World):
        def change(self) -> None:
            raise KeyboardInterrupt

    world = Impatient()
    with pytest.raises(KeyboardInterrupt):
        run(world)
    assert world.steps == [Step.BACKUP, Step.LOOK, Step.CHANGE]
