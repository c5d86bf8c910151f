"""This machine itself. What the user may not read comes as denied."""

from dataclasses import dataclass

from selfhost.evidence.collector.run import collect
from selfhost.evidence.model import Evidence
from selfhost.evidence.plan import server_plan
from selfhost.targets.model import Plan, documents, now


@dataclass(frozen=True, slots=True)
class LocalTarget:
    """The machine that selfhost runs on, read with the rights of the user."""

    name: str = "local"

    def collect(self, plan: Plan | None = None) -> Evidence:
        """All that the plan names."""
        steps = [step.as_json() for step in plan or server_plan()]
        moment = now()
        return Evidence(self.name, moment, documents(collect(steps)))
