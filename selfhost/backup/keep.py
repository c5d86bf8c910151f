"""Old backups of a site: only as many stay as the settings say, the newest first."""

import re
from pathlib import Path

from selfhost.errors import UsageError


def prune(newest: Path, domain: str, keep: int) -> tuple[Path, ...]:
    """Remove all but ``keep`` of the backups that stand beside ``newest``; which ones went.

    Only files that were named by ``selfhost backup`` itself for this domain count, so a file with
    a name of its own, a link and another site's backup stay. ``newest`` always stays. With 0, and
    with a newest one that is not named so, nothing goes. Raises UsageError.
    """
    ours = re.compile(rf"{re.escape(domain)}-\d{{8}}T\d{{6}}Z\.age")
    if keep < 1 or not ours.fullmatch(newest.name):
        return ()
    found = sorted(
        path
        for path in newest.parent.iterdir()
        if ours.fullmatch(path.name) and path.is_file() and not path.is_symlink()
    )
    old = [path for path in found if path.name < newest.name]
    gone = tuple(old[: max(0, len(old) - (keep - 1))])
    for path in gone:
        try:
            path.unlink()
        except OSError as error:
            raise UsageError(
                f"the old backup {path} cannot be removed: {error.strerror}",
                hint="the new one is whole; remove the old one, or set site_backup_keep to 0",
            ) from None
    return gone
