#!/usr/bin/python
# ruff: noqa: PTH101, PTH104, PTH106, PTH107, PTH110, PTH112, PTH113, PTH114, PTH115, PTH120, PTH123, PTH207, PTH208, PTH211
"""Remove files by patterns, put back what was there before, remove folders that are empty then."""

import base64
import contextlib
import glob
import json
import os
import shutil

DOCUMENTATION = r"""
---
module: footprint_files
short_description: Removes files, and puts back what others had in their place
options:
  remove:
    description: Patterns of files, links and folders with all that is in them.
    type: list
    elements: path
    default: []
  empty:
    description: Patterns of folders to remove where nothing is left in them, inner ones first,
      but for those of the record.
    type: list
    elements: path
    default: []
  record:
    description: What was there before, as written by footprint_record.
    type: path
  put_back:
    description: Files of the record to put back, where their folder still exists.
    type: list
    elements: path
    default: []
author:
  - selfhost
"""

EXAMPLES = r"""
- name: Remove files
  footprint_files:
    remove: [/etc/nginx/snippets/selfhost-*.conf]
    empty: [/etc/nginx/snippets]
"""

RETURN = r"""
removed:
  description: What was removed.
  returned: always
  type: list
  elements: str
restored:
  description: What was put back.
  returned: always
  type: list
  elements: str
"""


def remove(patterns, check):
    """Remove what the patterns name; never follows a link. Returns what was there."""
    found = []
    for pattern in patterns:
        # glob leaves out links that lead nowhere unless they are named in full.
        for path in sorted(
            set(glob.glob(pattern)) | ({pattern} if os.path.lexists(pattern) else set())
        ):
            found.append(path)
            if check:
                continue
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            else:
                os.remove(path)
    return found


def remove_empty(patterns, before, check):
    """Remove folders with nothing in them that were not there before. Returns them."""
    found = []
    folders = {folder for pattern in patterns for folder in glob.glob(pattern)} - set(before)
    for folder in sorted(folders, key=len, reverse=True):
        if os.path.isdir(folder) and not os.path.islink(folder) and not os.listdir(folder):
            found.append(folder)
            if not check:
                os.rmdir(folder)
    return found


def put_back(files, wanted, check):
    """Write the files of a record that differ, where their folder exists. Returns them."""
    restored = []
    for path in wanted:
        entry = files.get(path)
        if entry is None or not os.path.isdir(os.path.dirname(path)):
            continue
        if "link" in entry:
            if os.path.islink(path) and os.readlink(path) == entry["link"]:
                continue
            restored.append(path)
            if not check:
                if os.path.lexists(path):
                    os.remove(path)
                os.symlink(entry["link"], path)
            continue
        content = base64.b64decode(entry["content"])
        if os.path.isfile(path) and not os.path.islink(path):
            with open(path, "rb") as stream:
                if stream.read() == content:
                    continue
        restored.append(path)
        if not check:
            temporary = path + ".selfhost-new"
            with open(temporary, "wb") as stream:
                stream.write(content)
            os.chmod(temporary, entry["mode"])
            with contextlib.suppress(LookupError):  # its owner is gone: root's
                shutil.chown(temporary, entry["owner"], entry["group"])
            os.rename(temporary, path)
    return restored


def main():
    from ansible.module_utils.basic import AnsibleModule

    module = AnsibleModule(
        argument_spec={
            "remove": {"type": "list", "elements": "path", "default": []},
            "empty": {"type": "list", "elements": "path", "default": []},
            "record": {"type": "path"},
            "put_back": {"type": "list", "elements": "path", "default": []},
        },
        supports_check_mode=True,
    )
    given, check = module.params, module.check_mode
    record = {"files": {}, "folders": None}
    if given["record"] and os.path.exists(given["record"]):
        with open(given["record"]) as stream:
            record.update(json.load(stream))
    removed = remove(given["remove"], check)
    restored = put_back(record["files"], given["put_back"], check)
    if record["folders"] is not None:  # unknown: an empty folder may be somebody's
        removed += remove_empty(given["empty"], record["folders"], check)
    module.exit_json(changed=bool(removed or restored), removed=removed, restored=restored)


if __name__ == "__main__":
    main()
