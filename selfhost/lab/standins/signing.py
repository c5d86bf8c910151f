"""The repository's throw-away key: made once, kept beside the repository, used nowhere else."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from selfhost.lab.standins.programs import output

_OWNER = "selfhost lab package stand-ins <lab@selfhost.invalid>"


@dataclass(frozen=True)
class Signer:
    """Works on one GNUPGHOME; made by ``signer``."""

    home: Path

    def _gpg(self, *arguments: str) -> str:
        return output(
            ["gpg", "--batch", "--no-tty", "--pinentry-mode=loopback", "--passphrase=", *arguments],
            environment={"GNUPGHOME": str(self.home)},
        )

    def fingerprint(self) -> str:
        """The key's fingerprint; the key is made when there is none."""
        listing = self._gpg("--with-colons", "--list-secret-keys")
        if "fpr:" not in listing:
            self._gpg("--quick-generate-key", _OWNER, "rsa2048", "sign", "never")
            listing = self._gpg("--with-colons", "--list-secret-keys")
        line = next(line for line in listing.splitlines() if line.startswith("fpr:"))
        return line.split(":")[9]

    def export(self, fingerprint: str) -> str:
        """The public key, ASCII-armoured."""
        return self._gpg("--armor", "--export", fingerprint)

    def sign(self, release: Path) -> None:
        """Write ``InRelease`` and ``Release.gpg`` beside ``Release``."""
        inline, detached = release.with_name("InRelease"), release.with_name("Release.gpg")
        common = ["--yes", "--digest-algo=SHA512", "--output"]
        self._gpg(*common, str(inline), "--clearsign", str(release))
        self._gpg(*common, str(detached), "--armor", "--detach-sign", str(release))


@contextmanager
def signer(home: Path) -> Iterator[Signer]:
    """Sign with the keys in ``home``; no agent is left running.

    GnuPG's sockets allow about 100 characters of path, so it sees ``home`` under a short name.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="standins-") as short:
        link = Path(short) / "g"
        link.symlink_to(home.resolve(), target_is_directory=True)
        try:
            yield Signer(link)
        finally:
            output(["gpgconf", "--kill", "all"], environment={"GNUPGHOME": str(link)})
