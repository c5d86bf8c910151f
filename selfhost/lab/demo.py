"""``make demo``: the main job from end to end, on a container as if it were a VPS."""

import subprocess
import sys
import time
from pathlib import Path

from selfhost import lab
from selfhost.errors import SelfhostError
from selfhost.lab.inventory import write_inventory
from selfhost.lab.matrix import switch_on
from selfhost.lab.switches import TRANSCRIPTION

FOLDER = Path("demo")
NAME = "demo"


class Demo:
    """The steps, with their times."""

    def __init__(self) -> None:
        self.times: list[tuple[str, float]] = []

    def run(self) -> int:
        """All steps in order; the exit code."""
        FOLDER.mkdir(exist_ok=True)
        started = time.perf_counter()
        self.say("A bare server")
        if any(server.name == NAME for server in lab.list_servers()):
            lab.down(NAME)
        server = lab.up(NAME, progress=progress)
        progress(f"packages: {server.packages}")
        inventory = write_inventory(server, FOLDER / "inventory")
        self.times.append(("server", time.perf_counter() - started))
        site = ["-i", str(inventory)]
        self.selfhost("Can it become a Jitsi Meet server?", 0, "check", *site)
        self.selfhost("Provision it", 0, "apply", *site)
        self.audit("Audit it", 0, site, "1-clean.json")
        self.say(f"By hand, on the server: {TRANSCRIPTION.what}")
        switch_on(NAME, TRANSCRIPTION)
        self.audit("Audit it again", 1, site, "2-caught.json")
        self.selfhost("Put it right with the playbook", 0, "apply", *site, "--tags", "jicofo")
        self.audit("Audit it once more", 0, site, "3-mended.json")
        self.summary(time.perf_counter() - started)
        return 0

    def say(self, text: str) -> None:
        """A heading on standard error."""
        sys.stderr.write(f"\n=== {text}\n")
        sys.stderr.flush()

    def selfhost(self, heading: str, expected: int, *arguments: str) -> None:
        """Run a command as a user would, and insist on its exit code."""
        self.say(f"{heading}: selfhost {' '.join(arguments)}")
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", "selfhost", *arguments])
        self.times.append((f"{arguments[0]}", time.perf_counter() - started))
        if done.returncode != expected:
            raise DemoError(
                f"selfhost {arguments[0]} ended with {done.returncode}, not {expected}.",
                hint="The lines above say why; `selfhost lab ssh demo` opens the server.",
            )

    def audit(self, heading: str, expected: int, site: list[str], file: str) -> None:
        """An audit with its report in a file."""
        report = FOLDER / file
        self.selfhost(heading, expected, "audit", *site, "--force", "-o", f"json={report}")

    def summary(self, seconds: float) -> None:
        """What took how long, and what to do next."""
        self.say("Done")
        for name, took in self.times:
            sys.stderr.write(f"{took:7.1f} s  {name}\n")
        sys.stderr.write(f"{seconds:7.1f} s  in all\n")
        sys.stderr.write(
            f"Reports: {FOLDER}/*.json. Go on with: selfhost audit -i {FOLDER}/inventory,\n"
            "selfhost lab ssh demo, make clean.\n"
        )


class DemoError(SelfhostError):
    """A step of the demonstration did not end as it must."""


def progress(text: str) -> None:
    """A line on standard error."""
    sys.stderr.write(f"==> {text}\n")
    sys.stderr.flush()


def main() -> int:
    """Run it; a failure is one sentence and an exit code."""
    try:
        return Demo().run()
    except SelfhostError as error:
        sys.stderr.write(f"error: {error.message}\n" + (f"  {error.hint}\n" if error.hint else ""))
        return int(error.exit_code)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
