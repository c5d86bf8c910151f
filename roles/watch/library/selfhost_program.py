#!/usr/bin/python
# ruff: noqa: PTH101, PTH103, PTH104, PTH112, PTH118, PTH120, PTH123
"""A folder with selfhost on a server; the action plugin of the same name brings the archive."""

import compileall
import errno
import os
import platform
import shutil
import sys
import tarfile

DOCUMENTATION = r"""
---
module: selfhost_program
short_description: Brings selfhost and what it needs onto a server, as one folder
description:
  - Made on the controller for the server's version of Python and its processor, by the pip there,
    and only of packages whose digests are known. The server asks no registry.
  - Replaced as a whole when selfhost, one of the packages, or the server's Python is another.
options:
  path:
    description: The folder.
    type: path
    required: true
  wheels:
    description: A folder on the controller with the packages, in place of pip's registry.
    type: str
    default: ""
  state:
    description: Whether the folder shall be there.
    type: str
    choices: [present, absent]
    default: present
  archive:
    description: What to unpack, on the server. Given by the action plugin alone.
    type: path
author:
  - selfhost
"""

EXAMPLES = r"""
- name: Bring selfhost
  selfhost_program:
    path: /usr/local/lib/selfhost
"""

RETURN = r"""
digest:
  description: Names what is there.
  returned: always
  type: str
python:
  description: The server's Python, such as "3.11".
  returned: always
  type: str
machine:
  description: The server's processor, such as x86_64.
  returned: always
  type: str
"""


def digest(path):
    """Names what is in the folder; empty when it is not whole."""
    try:
        with open(os.path.join(path, "DIGEST"), encoding="ascii") as stream:
            return stream.read(100).strip()
    except (OSError, ValueError):
        return ""


def unpack(archive, path):
    """The archive in place of the folder: beside it first, so that it is there whole or not."""
    new, old = path + ".new", path + ".old"
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    os.makedirs(new, mode=0o755)
    with tarfile.open(archive, "r:gz") as tar:
        for entry in tar:
            target = os.path.join(new, entry.name)
            os.makedirs(os.path.dirname(target), mode=0o755, exist_ok=True)
            with open(target, "wb") as stream:
                shutil.copyfileobj(tar.extractfile(entry), stream)
            os.chmod(target, 0o644)
    # Its unit may not write there.
    compileall.compile_dir(new, quiet=2, stripdir=new, prependdir=path)
    if os.path.isdir(path):
        try:
            os.rename(path, old)
        except OSError as error:
            # A folder of a lower layer of an overlay cannot be renamed.
            if error.errno != errno.EXDEV:
                raise
            shutil.rmtree(path)
    os.rename(new, path)
    shutil.rmtree(old, ignore_errors=True)


def main():
    # Here, so that tests can use the functions above without Ansible's own start.
    from ansible.module_utils.basic import AnsibleModule

    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "wheels": {"type": "str", "default": ""},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "archive": {"type": "path"},
        },
        supports_check_mode=True,
    )
    path, archive = module.params["path"], module.params["archive"]
    changed = False
    if module.params["state"] == "absent":
        changed = os.path.isdir(path)
        if changed and not module.check_mode:
            shutil.rmtree(path)
            for left in (path + ".new", path + ".old"):
                shutil.rmtree(left, ignore_errors=True)
    elif archive:
        os.umask(0o022)
        unpack(archive, path)
        changed = True
    module.exit_json(
        changed=changed,
        digest=digest(path),
        python="{}.{}".format(*sys.version_info),
        machine=platform.machine(),
    )


if __name__ == "__main__":
    main()
