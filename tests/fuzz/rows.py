"""``python -m tests.fuzz.rows [READER]... --seconds 60``: what takes longer than its length.

Coverage-guided fuzzing has short inputs. Here some words of a reader are followed by a row of
others, 200,000 characters long: time that grows with the square of the length shows. Prints what
took too long; exit code 1 then.
"""

import argparse
import random
import sys
import time

from tests.fuzz import guard
from tests.fuzz.seeds import words
from tests.fuzz.targets import TARGETS

LENGTH = 200_000
#: Signs that many formats give a meaning.
SIGNS = (
    *"\n\t;:=.,[](){}$%#&|!*+-\\`'\"",
    *("b ", "1,", "'y' ", '"x" ', "\\n", "${a}", "${a:-", "//", "/*", "*/", "--", "<!-- "),
    *("\r\n", "\\\n"),
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.rows", description=__doc__)
    parser.add_argument("readers", nargs="*", metavar="READER", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if unknown := set(arguments.readers) - set(TARGETS):
        parser.error(f"no reader is called {sorted(unknown)[0]!r}")
    names = arguments.readers or list(TARGETS)
    sys.exit(max([_tried(name, arguments.seconds, arguments.seed) for name in names]))


def _tried(name: str, seconds: float, seed: int) -> int:
    chance = random.Random(f"{name} {seed}")
    known = words(name)
    rows, slowest, failed = 0, 0.0, 0

    def some(least: int, most: int) -> str:
        return "".join(
            chance.choice(SIGNS if chance.random() < 0.5 else known)
            for _ in range(chance.randint(least, most))
        )

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        opening, piece = some(0, 4), some(1, 3)
        rows += 1
        try:
            taken = guard.checked(TARGETS[name], opening + piece * (LENGTH // len(piece)))
        except TimeoutError as error:
            failed = 1
            print(f"{name}: {opening!r} and a row of {piece!r}: {error}", flush=True)
        else:
            slowest = max(slowest, taken)
    print(f"{name:<14}{rows:>8} rows{slowest:>7.2f} s  {'FAILED' if failed else 'ok'}", flush=True)
    return failed


if __name__ == "__main__":
    main()
