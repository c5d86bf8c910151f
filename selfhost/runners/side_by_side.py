"""Several targets: their evidence is waited for in threads, and judged on every processor."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from selfhost.errors import TargetError
from selfhost.runners import judging

if TYPE_CHECKING:
    from selfhost.audit.model import TargetReport
    from selfhost.controls.model import Control
    from selfhost.evidence.model import Evidence
    from selfhost.targets.model import Target

MAX_PARALLEL = 16
#: Starting processes takes as long as judging a few targets.
PROCESSES_FROM = 8
MAX_PROCESSES = 4

Judge = Callable[["Evidence"], "TargetReport"]


def audit(
    targets: Sequence["Target"],
    controls: Callable[[], Sequence["Control"]],
    collected: Callable[["Evidence"], None] = lambda evidence: None,
    judged: Callable[["TargetReport"], None] = lambda report: None,
) -> tuple["TargetReport", ...]:
    """A report for each target, in their order.

    ``controls`` is called when the targets are already being looked at: loading all of them takes
    as long as a server's answer. ``collected`` and ``judged`` are told of each as it comes.
    """
    judge: Future[Judge] = Future()

    def one(target: "Target") -> "TargetReport":
        try:
            evidence = target.collect()
        except TargetError as error:
            report = judging.unreached(target.name, error)
        else:
            collected(evidence)
            report = judge.result()(evidence)
        judged(report)
        return report

    with ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(min(MAX_PARALLEL, len(targets))))
        waiting = [threads.submit(one, target) for target in targets]
        try:
            judge.set_result(_judge(controls(), len(targets), stack))
            return tuple(each.result() for each in waiting)
        except BaseException as error:
            from selfhost.targets import ssh_connection

            for each in waiting:
                each.cancel()
            ssh_connection.hang_up()
            if not judge.done():
                judge.set_exception(error)
            raise


def _judge(controls: Sequence["Control"], targets: int, stack: ExitStack) -> Judge:
    from selfhost.audit.evaluate import evaluate

    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    pool: Executor | None = None
    if targets >= PROCESSES_FROM and processors > 1:
        from selfhost.runners import judge_process

        try:
            pool = judge_process.pool(min(processors, MAX_PROCESSES), controls)
        except (OSError, ImportError):  # no shared memory here, as in some containers
            pool = None
        else:
            stack.enter_context(pool)
    # Judging takes memory: no more evidence is worked on than there are processors for.
    turn = BoundedSemaphore(min(processors, MAX_PROCESSES) + 1 if pool else 2)

    def judge(evidence: "Evidence") -> "TargetReport":
        with turn:
            if pool is not None:
                try:
                    return pool.submit(judge_process.judge, evidence).result()
                except BrokenExecutor:  # one was ended from outside, as when memory is short
                    pass
            return evaluate(evidence, controls)

    return judge
