#!/usr/bin/python
# ruff: noqa: PTH103, PTH108, PTH118, PTH119, PTH207
"""Keep the files of packages, so that their versions can be had again without a repository."""

import glob
import os
import shutil
import tempfile

DOCUMENTATION = r"""
---
module: package_archive
short_description: Keeps the files of packages in exact versions
description:
  - Takes each file from apt's own cache, or has apt download it. Files of other versions go.
options:
  folder:
    description: Where the files are kept; root's own.
    type: path
    required: true
  versions:
    description: The sets of packages and their versions to keep.
    type: list
    elements: dict
    required: true
author:
  - selfhost
"""

EXAMPLES = r"""
- name: Keep what is installed
  package_archive:
    folder: /var/cache/selfhost/packages
    versions:
      - {jicofo: 1.0-1196-1}
"""

RETURN = r"""
missing:
  description: The packages whose file could not be had, as name=version.
  returned: always
  type: list
  elements: str
"""

APT = "/var/cache/apt/archives"


def pattern(name, version):
    """How apt calls the file of a package, for any architecture."""
    return f"{name}_{version.replace(':', '%3a')}_*.deb"


def wanted(sets):
    """All packages of the sets, as pairs of name and version, without doubles."""
    return sorted({(name, version) for one in sets for name, version in one.items()})


def _find(folder, name, version):
    found = glob.glob(os.path.join(glob.escape(folder), pattern(name, version)))
    return found[0] if found else None


def _whole(module, path, version):
    """Whether a file is a package of that version: a download may have ended early."""
    code, out, _err = module.run_command(["dpkg-deb", "--field", path, "Version"])
    if code != 0 or out.strip() != version:
        return False
    return module.run_command(["dpkg-deb", "--fsys-tarfile", path], encoding=None)[0] == 0


def _fetch(module, folder, name, version):
    """Bring one file into the folder; whether that was possible."""
    cached = _find(APT, name, version)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        if cached is not None and _whole(module, cached, version):
            shutil.copyfile(cached, os.path.join(work, os.path.basename(cached)))
        else:
            module.run_command(["apt-get", "download", f"{name}={version}"], cwd=work)
        found = _find(work, name, version)
        if found is None or not _whole(module, found, version):
            return False
        os.rename(found, os.path.join(folder, os.path.basename(found)))  # noqa: PTH104
    return True


def main():
    from ansible.module_utils.basic import AnsibleModule

    module = AnsibleModule(
        argument_spec={
            "folder": {"type": "path", "required": True},
            "versions": {"type": "list", "elements": "dict", "required": True},
        },
        supports_check_mode=False,
    )
    folder = module.params["folder"]
    os.makedirs(folder, mode=0o755, exist_ok=True)
    changed, missing, kept = False, [], set()
    for name, version in wanted(module.params["versions"]):
        if _find(folder, name, version) is None:
            if not _fetch(module, folder, name, version):
                missing.append(f"{name}={version}")
                continue
            changed = True
        kept.add(_find(folder, name, version))
    for path in glob.glob(os.path.join(glob.escape(folder), "*.deb")):
        if path not in kept and not missing:
            os.unlink(path)
            changed = True
    module.exit_json(changed=changed, missing=missing)


if __name__ == "__main__":
    main()
