"""Runs on the server: puts the files of a tar on standard input where they belong.

One file of the standard library, sent through one SSH session. Each file appears whole or not at
all. No link is followed on the way: a member whose folder is a link is refused, and so is all
that is neither a file nor a link.
"""

import os
import pwd
import shutil
import stat
import sys
import tarfile


def folder(path: str, owner: str) -> None:
    """Make the folders on the way to a path. Raises OSError when one is a link or a file."""
    way = ""
    for part in os.path.dirname(path).strip("/").split("/"):
        way += "/" + part
        try:
            found = os.lstat(way)
        except FileNotFoundError:
            os.mkdir(way, 0o750 if owner != "root" or "letsencrypt" in way else 0o755)
            shutil.chown(way, owner, owner)
            continue
        if not stat.S_ISDIR(found.st_mode):
            raise OSError("%s is not a folder" % way)


def put(archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
    """One file or link."""
    path = "/" + member.name
    if ".." in member.name.split("/") or not (member.isreg() or member.issym()):
        raise OSError("%s is not a file that a backup holds" % path)
    owner = member.uname
    try:
        pwd.getpwnam(owner)
    except KeyError:
        owner = "root"
    folder(path, owner)
    temporary = path + ".selfhost-new"
    if os.path.lexists(temporary):
        os.remove(temporary)
    if member.issym():
        os.symlink(member.linkname, temporary)
    else:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as stream:
            content = archive.extractfile(member)
            if content is not None:
                shutil.copyfileobj(content, stream)
            shutil.chown(temporary, owner, owner)
            os.chmod(temporary, member.mode & 0o755)
            stream.flush()
            os.fsync(stream.fileno())
    os.rename(temporary, path)


def main() -> None:
    try:
        with tarfile.open(fileobj=sys.stdin.buffer, mode="r|") as archive:
            count = 0
            for member in archive:
                put(archive, member)
                count += 1
    except OSError as error:
        sys.exit(str(error))
    print(count)


if __name__ == "__main__":
    main()
