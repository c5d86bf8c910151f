"""A process that judges evidence, so that several hosts are judged on several processors.

Made by a fork server that imports this module first: the controls are loaded once, and the
processes share their memory.
"""

import signal
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from selfhost.audit.evaluate import evaluate
from selfhost.audit.model import TargetReport
from selfhost.controls import registry
from selfhost.controls.model import Control
from selfhost.evidence.model import Evidence

_chosen: list[Control] = list(registry.controls())


def pool(processes: int, controls: Sequence[Control]) -> ProcessPoolExecutor:
    """Processes that judge by these controls. Raises OSError or ImportError where the system
    has nothing for processes to talk over."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return ProcessPoolExecutor(processes, context, _begin, ([one.id for one in controls],))


def judge(evidence: Evidence) -> TargetReport:
    """In one of the processes: the evidence's report."""
    return evaluate(evidence, _chosen)


def _begin(ids: Sequence[str]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command itself tells that it was interrupted
    _chosen[:] = map(registry.find, ids)
