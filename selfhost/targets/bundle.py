"""Saved evidence: what an earlier collection saw."""

from dataclasses import dataclass, replace
from pathlib import Path

from selfhost.evidence.bundle import read_bundle
from selfhost.evidence.model import Evidence
from selfhost.targets.model import Plan


@dataclass(frozen=True, slots=True)
class BundleTarget:
    """An evidence bundle. Its evidence keeps the name and time of what was looked at, so that
    it is judged like the live one."""

    path: Path

    @property
    def name(self) -> str:
        """The path as it was given."""
        return str(self.path)

    def collect(self, plan: Plan | None = None) -> Evidence:
        """The evidence in the bundle; with a plan, only that of its steps."""
        evidence = read_bundle(self.path)
        if plan is None:
            return evidence
        names = {step.name for step in plan}
        kept = tuple(document for document in evidence.documents if document.source in names)
        return replace(evidence, documents=kept)
