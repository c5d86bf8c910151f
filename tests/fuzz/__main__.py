"""``python -m tests.fuzz [READER]... --seconds 600``: coverage-guided, by atheris (libFuzzer).

Each reader runs in a process of its own, from the controls' examples and from what was found
before. Afterwards a fresh process, without instrumentation, reads all that reached new code once
more and measures time and memory. What fails is written to ``.fuzz/<reader>/``; mended, it belongs
into ``tests/fuzz/regressions/<reader>/``. Exit code 1 when something failed.
"""

import argparse
import hashlib
import importlib
import json
import re
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.fuzz import guard

WORK = Path(".fuzz")
REGRESSIONS = Path(__file__).parent / "regressions"
MEMORY_MIB = 200


def main() -> None:
    if "--inside" in sys.argv:
        import atheris

        parts = ["readers", "effective", "evidence", "targets"]
        with atheris.instrument_imports(include=[f"selfhost.{part}" for part in parts]):
            importlib.import_module("tests.fuzz.targets")
    from tests.fuzz.targets import TARGETS

    arguments = _arguments(list(TARGETS))
    if arguments.inside:
        _fuzz(arguments.readers[0], arguments.seconds)
    elif arguments.replay:
        print(json.dumps(_replay(arguments.readers[0])))
    else:
        sys.exit(_all(arguments.readers or list(TARGETS), arguments.seconds, arguments.jobs))


def _arguments(known: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("readers", nargs="*", metavar="READER", help=", ".join(known))
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--replay", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if unknown := set(arguments.readers) - set(known):
        parser.error(f"no reader is called {sorted(unknown)[0]!r}")
    return arguments


def _all(names: list[str], seconds: int, jobs: int) -> int:
    print(f"{'reader':<14}{'runs':>10}{'inputs':>8}{'slowest':>9}{'memory':>9}  result", flush=True)
    with ThreadPoolExecutor(jobs) as pool:
        return max(pool.map(lambda name: _one(name, seconds), names))


def _one(name: str, seconds: int) -> int:
    from tests.fuzz import seeds

    folder = WORK / name
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    for text in seeds.seeds(name):
        data = text.encode("utf-8", "replace")
        (folder / "corpus" / hashlib.sha256(data).hexdigest()[:20]).write_bytes(data)
    for path in (REGRESSIONS / name).glob("*"):
        (folder / "corpus" / path.name).write_bytes(path.read_bytes())
    quoted = (
        re.sub(r'[\\"]|[^ -~]', lambda m: f"\\x{ord(m[0]) & 255:02x}", w) for w in seeds.words(name)
    )
    (folder / "words").write_text("".join(f'"{word}"\n' for word in quoted), "utf-8")
    this = [sys.executable, "-m", "tests.fuzz", name, "--seconds", str(seconds)]
    log = folder / "log"
    with log.open("wb") as stream:
        code = subprocess.run(
            [*this, "--inside"], stdout=stream, stderr=stream, check=False
        ).returncode
    told = log.read_text("utf-8", "replace")
    runs = re.findall(r"stat::number_of_executed_units:\s*(\d+)", told) or ["?"]
    replay = subprocess.run([*this, "--replay"], capture_output=True, text=True, check=False)
    seen = json.loads(replay.stdout) if replay.returncode == 0 else {}
    failed = code or replay.returncode or seen["failures"] or seen["memory"] > MEMORY_MIB
    result = f"FAILED: see {log}" if failed else "ok"
    print(
        f"{name:<14}{runs[-1]:>10}{seen.get('inputs', 0):>8}{seen.get('slowest', 0):>7.2f} s"
        f"{seen.get('memory', 0):>5.0f} MiB  {result}",
        flush=True,
    )
    for failure in seen.get("failures", ())[:5]:
        print(f"  {failure}", flush=True)
    return int(bool(failed))


def _fuzz(name: str, seconds: int) -> None:
    import atheris

    from tests.fuzz import targets

    target = targets.TARGETS[name]

    def once(data: bytes) -> None:
        guard.checked(target, data.decode("utf-8", "replace"))

    folder = WORK / name
    atheris.Setup(
        [
            "tests.fuzz",
            f"-max_total_time={seconds}",
            f"-dict={folder / 'words'}",
            f"-artifact_prefix={folder}/",
            "-max_len=8192",
            "-timeout=20",
            "-rss_limit_mb=6000",  # the binding leaks; the replay measures
            "-print_final_stats=1",
            str(folder / "corpus"),
        ],
        once,
    )
    atheris.Fuzz()


def _replay(name: str) -> dict[str, object]:
    from tests.fuzz import targets

    target = targets.TARGETS[name]
    paths = sorted((WORK / name / "corpus").iterdir())
    guard.checked(target, "")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    slowest, failures = 0.0, []
    for path in paths:
        try:
            slowest = max(
                slowest, guard.checked(target, path.read_bytes().decode("utf-8", "replace"))
            )
        except BaseException as error:
            failures.append(f"{path}: {type(error).__name__}: {error}"[:300])
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {
        "inputs": len(paths),
        "slowest": slowest,
        "memory": grown / 1024,
        "failures": failures,
    }


if __name__ == "__main__":
    main()
