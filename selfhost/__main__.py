"""``python -m selfhost``: the same as the ``selfhost`` command."""

import sys

from selfhost.cli import main

if __name__ == "__main__":
    sys.exit(main())
