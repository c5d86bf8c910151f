"""Files that appear whole or not at all."""

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def put(path: Path, content: bytes | Iterable[bytes], mode: int = 0o600) -> None:
    """Write a file in one step: others see the old content or the new, never half. ``content`` is
    all of it, or its pieces.

    Raises OSError; the old content is there then, and nothing else is left.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.writelines((content,) if isinstance(content, bytes) else content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
