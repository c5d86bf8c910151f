"""What a finding tells people to set exists."""

import pytest

from selfhost.controls.model import Control
from selfhost.controls.registry import controls
from selfhost.provision import content
from selfhost.settings.specs import load_specs

VARIABLES = {
    option.name: spec.name for spec in load_specs(content.roles()) for option in spec.options
}


@pytest.mark.parametrize("control", [pytest.param(c, id=c.id) for c in controls()])
def test_the_variable_of_a_fix_belongs_to_its_role(control: Control) -> None:
    if control.fix.variable:
        assert VARIABLES.get(control.fix.variable) == control.fix.role
    else:
        assert not control.fix.value


def test_many_fixes_are_settings() -> None:
    assert sum(bool(control.fix.variable) for control in controls()) >= 30
