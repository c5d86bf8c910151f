#!/usr/bin/python
# ruff: noqa: PTH103, PTH112, PTH104, PTH110, PTH115, PTH120, PTH123
"""Note down what a server had before its first provisioning, so that removal can go back to it."""

import base64
import grp
import json
import os
import pwd
import stat

DOCUMENTATION = r"""
---
module: footprint_record
short_description: Notes down what was on a server before anything was changed
description:
  - Packages, users and groups by name, and the content of files that others own and the roles
    edit. Written once; a record that exists is never touched.
options:
  path:
    description: The record, a file that only root reads.
    type: path
    required: true
  kept:
    description: Files and links whose content shall be kept, where they exist.
    type: list
    elements: path
    default: []
  folders:
    description: Folders of which shall be known whether they existed.
    type: list
    elements: path
    default: []
author:
  - selfhost
"""

EXAMPLES = r"""
- name: Note down what was there before
  footprint_record:
    path: /var/lib/selfhost/before.json
    kept: [/etc/nginx/sites-enabled/default]
"""

RETURN = r"""#"""

_MAX = 1024 * 1024


def installed(status):
    """Names of the packages that a dpkg status file says are installed."""
    found = set()
    for paragraph in status.split("\n\n"):
        fields = dict(
            line.split(": ", 1)
            for line in paragraph.split("\n")
            if line.startswith(("Package: ", "Status: "))
        )
        if fields.get("Status", "").endswith(" installed"):
            found.add(fields["Package"])
    return sorted(found)


def kept(path):
    """A file or link as it can be put back; None where there is none, or it is too large."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    if stat.S_ISLNK(found.st_mode):
        return {"link": os.readlink(path)}
    if not stat.S_ISREG(found.st_mode) or found.st_size > _MAX:
        return None
    with open(path, "rb") as stream:
        content = base64.b64encode(stream.read(_MAX)).decode("ascii")
    return {
        "content": content,
        "mode": stat.S_IMODE(found.st_mode),
        "owner": pwd.getpwuid(found.st_uid).pw_name,
        "group": grp.getgrgid(found.st_gid).gr_name,
    }


def record(paths, folders):
    """All of it."""
    with open("/var/lib/dpkg/status", encoding="utf-8", errors="replace") as stream:
        packages = installed(stream.read())
    return {
        "format": 1,
        "packages": packages,
        "users": sorted(entry.pw_name for entry in pwd.getpwall()),
        "groups": sorted(entry.gr_name for entry in grp.getgrall()),
        "folders": [folder for folder in folders if os.path.isdir(folder)],
        "files": {path: found for path in paths if (found := kept(path)) is not None},
    }


def main():
    from ansible.module_utils.basic import AnsibleModule

    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "kept": {"type": "list", "elements": "path", "default": []},
            "folders": {"type": "list", "elements": "path", "default": []},
        },
        supports_check_mode=True,
    )
    path = module.params["path"]
    if os.path.exists(path):
        module.exit_json(changed=False)
    if not module.check_mode:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        text = (
            json.dumps(
                record(module.params["kept"], module.params["folders"]), indent=1, sort_keys=True
            )
            + "\n"
        )
        temporary = path + ".new"
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.rename(temporary, path)
    module.exit_json(changed=True)


if __name__ == "__main__":
    main()
