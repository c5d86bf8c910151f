#!/usr/bin/python
# ruff: noqa: PTH103, PTH104, PTH106, PTH108, PTH112, PTH114, PTH115, PTH118, PTH120, PTH123, PTH211
"""Keep files as they are now, and bring them back to exactly that."""

import io
import os
import stat
import tarfile
import tempfile

DOCUMENTATION = r"""
---
module: file_snapshot
short_description: Keeps files in one archive and brings them back
description:
  - The archive is root's alone, as files with secrets are in it.
  - Bringing back rewrites only what differs, in content, owner or mode.
options:
  archive:
    description: The archive.
    type: path
    required: true
  paths:
    description: Files and folders. Those that do not exist are kept as absent.
    type: list
    elements: path
    required: true
  state:
    description: Whether to keep the files, or to bring them back.
    type: str
    choices: [kept, back]
    required: true
  remove_new:
    description: With C(back), remove what was not there when the files were kept.
    type: bool
    default: true
author:
  - selfhost
"""

EXAMPLES = r"""
- name: Keep the configuration
  file_snapshot:
    archive: /var/lib/selfhost/upgrade/files.tar
    paths: [/etc/jitsi]
    state: kept
"""

RETURN = r"""
files:
  description: What was brought back or removed.
  returned: always
  type: list
  elements: str
"""


def everything(paths):
    """The paths and all below them, folders first; links are not followed."""
    for path in paths:
        if os.path.lexists(path):
            yield path
        if os.path.isdir(path) and not os.path.islink(path):
            for folder, folders, files in os.walk(path):
                for name in sorted(folders + files):
                    yield os.path.join(folder, name)


def keep(archive, paths):
    """Write the archive, in one step."""
    folder = os.path.dirname(archive)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder)  # mode 0600
    try:
        with os.fdopen(handle, "wb") as stream, tarfile.open(fileobj=stream, mode="w") as tar:
            for path in everything(paths):
                mode = os.lstat(path).st_mode
                tar.inodes.clear()  # a second name of a file is kept with its content too
                if stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode):
                    tar.add(path, arcname=path.lstrip("/"), recursive=False)
            stream.flush()
        os.rename(temporary, archive)
    except BaseException:
        os.unlink(temporary)
        raise


def _same(path, member, data):
    """Whether a file is as it was kept."""
    try:
        now = os.lstat(path)
    except OSError:
        return False
    if (now.st_uid, now.st_gid) != (member.uid, member.gid):
        return False
    if member.issym():
        return stat.S_ISLNK(now.st_mode) and os.readlink(path) == member.linkname
    if stat.S_IMODE(now.st_mode) != member.mode & 0o7777:
        return False
    if member.isdir():
        return stat.S_ISDIR(now.st_mode)
    if not stat.S_ISREG(now.st_mode) or now.st_size != len(data):
        return False
    with open(path, "rb") as stream:
        return stream.read() == data


def _bring(path, member, data):
    """Make a file what it was: a new one beside it takes its place in one step."""
    if member.isdir():
        if os.path.lexists(path) and (os.path.islink(path) or not os.path.isdir(path)):
            os.unlink(path)
        os.makedirs(path, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        _clear(path)
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path))
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        if member.issym():
            os.unlink(temporary)
            os.symlink(member.linkname, temporary)
        os.rename(temporary, path)
    os.chown(path, member.uid, member.gid, follow_symlinks=False)
    if not member.issym():
        os.chmod(path, member.mode & 0o7777)  # noqa: PTH101


def _clear(path):
    """A folder where a file was: what is in it is new."""
    if os.path.isdir(path) and not os.path.islink(path):
        for folder, folders, files in os.walk(path, topdown=False):
            for name in files:
                os.unlink(os.path.join(folder, name))
            for name in folders:
                inner = os.path.join(folder, name)
                os.unlink(inner) if os.path.islink(inner) else os.rmdir(inner)
        os.rmdir(path)


def back(archive, paths, remove_new):
    """Bring all back; the paths that were changed."""
    changed = []
    with open(archive, "rb") as stream:
        content = io.BytesIO(stream.read())
    with tarfile.open(fileobj=content) as tar:
        members = {"/" + member.name: member for member in tar.getmembers()}
        if remove_new:
            new = [path for path in everything(paths) if path not in members]
            for path in sorted(new, reverse=True):  # what is in a folder before the folder
                is_folder = os.path.isdir(path) and not os.path.islink(path)
                os.rmdir(path) if is_folder else os.unlink(path)
                changed.append(path)
        for path, member in members.items():
            reader = tar.extractfile(member) if member.isreg() else None
            data = reader.read() if reader is not None else b""
            if not _same(path, member, data):
                _bring(path, member, data)
                changed.append(path)
    return changed


def main():
    from ansible.module_utils.basic import AnsibleModule

    module = AnsibleModule(
        argument_spec={
            "archive": {"type": "path", "required": True},
            "paths": {"type": "list", "elements": "path", "required": True},
            "state": {"type": "str", "choices": ["kept", "back"], "required": True},
            "remove_new": {"type": "bool", "default": True},
        },
        supports_check_mode=False,
    )
    archive, paths = module.params["archive"], module.params["paths"]
    files = []
    try:
        if module.params["state"] == "kept":
            keep(archive, paths)
        else:
            files = back(archive, paths, module.params["remove_new"])
    except (OSError, tarfile.TarError) as error:
        module.fail_json(msg=f"{archive}: {error}")
    module.exit_json(changed=module.params["state"] == "kept" or bool(files), files=files)


if __name__ == "__main__":
    main()
