"""One audit of an inventory's server, stage by stage, in a process of its own; prints JSON.

The stages of ``selfhost audit``, by the same functions, but one after the other: the command itself
loads the controls while the server answers.
"""

import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

#: In the answer that is left, so that it can be read, and given as that to another order.
NONCE = "0" * 32


def main(inventory: Path, answer: Path) -> None:
    """Measure and print; the collector's answer is left in a file."""
    taken: dict[str, dict[str, float]] = {}

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        wall, processor = time.perf_counter(), time.process_time()
        yield
        taken[name] = {
            "wall": time.perf_counter() - wall,
            "processor": time.process_time() - processor,
        }

    with stage("load the settings"):
        from selfhost.settings import load_site
        from selfhost.targets.parse import from_site
        from selfhost.targets.ssh import MAX_OUTPUT, TIMEOUT, SshTarget, read_answer

        (target,) = from_site(load_site(inventory, need_secrets=False))
        assert isinstance(target, SshTarget)
    with stage("load the controls"):
        from selfhost.audit.evaluate import evaluate
        from selfhost.audit.policy import decide
        from selfhost.evidence.model import Evidence
        from selfhost.reports import formats
        from selfhost.runners import judging
        from selfhost.targets import ssh_connection
        from selfhost.targets.model import now
        from selfhost.targets.order import Order
        from selfhost.targets.program import collector_program

        profile = judging.profile("private")
        controls = judging.controls(profile)
    program = collector_program()
    order = Order(nonce=NONCE)
    with ExitStack() as opened:
        with stage("connect"):
            connection = opened.enter_context(ssh_connection.connect(target.endpoint))
        with stage("collect"):
            done = connection.run_script(
                program,
                stdin=order.to_bytes(),
                timeout=TIMEOUT,
                max_output=MAX_OUTPUT,
                become=target.become,
            )
    with stage("read and judge"):
        evidence = Evidence(target.name, now(), read_answer(done, order, target.name))
        found = evaluate(evidence, controls)
    with stage("report"):
        report = judging.report([found], controls, "low")
        report = decide(report, profile, (), datetime.now(UTC).date(), None, False)
        size = sum(map(len, formats.pieces(report, "json")))
    answer.write_bytes(done.stdout)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"stages": taken, "controls": len(controls), "report": size, "memory": memory}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
