"""A server of which more is asked than to be looked at: its packet filter is tried."""

from dataclasses import dataclass

from selfhost.evidence.model import Evidence
from selfhost.evidence.plan import active_plan, server_plan
from selfhost.targets.local import LocalTarget
from selfhost.targets.model import Plan
from selfhost.targets.ssh import SshTarget


@dataclass(frozen=True, slots=True)
class ActiveTarget:
    """``server`` with what is done on request only."""

    server: SshTarget | LocalTarget

    @property
    def name(self) -> str:
        """The server's."""
        return self.server.name

    def collect(self, plan: Plan | None = None) -> Evidence:
        """What the plan names, and what comes of the tries. Raises TargetError."""
        return self.server.collect((*(plan or server_plan()), *active_plan()))
