"""Runs on the server: writes a tar of what a backup needs to standard output. Changes nothing.

One file of the standard library, because it is sent through one SSH session. What it sends is
judged again where it arrives. Standard input holds {"domain", "stores"}.
"""

import glob
import io
import json
import os
import stat
import sys
import tarfile
from typing import BinaryIO, Iterable, Iterator, List, Set

MAX_FILES = 20000
MAX_FILE = 16 * 1024 * 1024
MAX_TOTAL = 48 * 1024 * 1024


def packaged(prefix: str) -> Set[str]:
    """Files below a folder that packages own: nobody's customisations."""
    found: Set[str] = set()
    for path in glob.glob("/var/lib/dpkg/info/nginx*.list"):
        with open(path, encoding="utf-8", errors="replace") as stream:
            found.update(line.rstrip("\n") for line in stream if line.startswith(prefix))
    return found


def walk(folder: str, depth: int = 6) -> Iterator[str]:
    """Files and links below a folder; links to folders are not followed."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if depth:
                yield from walk(entry.path, depth - 1)
        else:
            yield entry.path


def candidates(domain: str, stores: List[str]) -> Iterator[str]:
    """Paths that may belong into the backup."""
    encoded = domain.replace(".", "%2e").replace("-", "%2d")
    for pattern in (encoded, "*%2e" + encoded):
        for host in sorted(glob.glob("/var/lib/prosody/" + pattern)):
            for store in stores:
                yield from walk(os.path.join(host, store), 0)
    for name in (domain, "auth." + domain):
        for ending in ("crt", "key", "cnf"):
            yield "/var/lib/prosody/%s.%s" % (name, ending)
    yield from walk("/etc/jitsi/meet")
    for folder in ("accounts", "archive", "live", "renewal"):
        yield from walk("/etc/letsencrypt/" + folder)
    owned = packaged("/etc/nginx/")
    for folder in ("conf.d", "snippets", "sites-available", "sites-enabled"):
        for path in walk("/etc/nginx/" + folder, 0):
            if path not in owned and path != "/etc/nginx/sites-enabled/default":
                yield path


def send(paths: Iterable[str], stream: BinaryIO) -> None:
    """The tar. A file that vanishes meanwhile is left out."""
    total = 0
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        for number, path in enumerate(paths):
            try:
                found = os.lstat(path)
            except FileNotFoundError:
                continue
            member = tarfile.TarInfo(path.lstrip("/"))
            member.mtime = int(found.st_mtime)
            if stat.S_ISLNK(found.st_mode):
                member.type, member.linkname = tarfile.SYMTYPE, os.readlink(path)
                archive.addfile(member)
                continue
            if not stat.S_ISREG(found.st_mode):
                continue
            total += found.st_size
            if number >= MAX_FILES or found.st_size > MAX_FILE or total > MAX_TOTAL:
                sys.exit("%s: there is more than a backup can hold" % path)
            with open(path, "rb") as content:
                data = content.read(MAX_FILE + 1)
            member.size, member.mode = len(data), stat.S_IMODE(found.st_mode)
            archive.addfile(member, io.BytesIO(data))


def main() -> None:
    request = json.load(sys.stdin)
    send(candidates(request["domain"], request["stores"]), sys.stdout.buffer)


if __name__ == "__main__":
    main()
