#!/usr/bin/python
# ruff: noqa: PTH107, PTH110, PTH118, PTH123, PTH207
"""Purge the packages that provisioning brought, and none that somebody else needs."""

import fnmatch
import glob
import json
import os
import re

DOCUMENTATION = r"""
---
module: footprint_packages
short_description: Purges what provisioning installed, with its dependencies and debconf answers
description:
  - Of the packages named, those go that were not there before, and of what they depend on, what
    came with them. A package that another one needs, or that the admin asked for by name, stays.
  - Without a record of what was there before, only I(own) and what came with it goes.
  - Fails, and removes nothing, when apt would remove more than that.
options:
  own:
    description: Packages that only a meeting server has.
    type: list
    elements: str
    required: true
  shared:
    description: Packages of the distribution that the roles install by name.
    type: list
    elements: str
    default: []
  dependencies:
    description: Purge what came with them, too. Without it, only I(own) goes.
    type: bool
    default: true
  record:
    description: What was there before, as written by footprint_record. It need not exist.
    type: path
    required: true
  used:
    description: By package, patterns of files that show that somebody uses it for more than this.
    type: dict
    default: {}
  watched:
    description: More packages of which shall be told whether they are C(gone).
    type: list
    elements: str
    default: []
  ours:
    description: Patterns of the files that do not count for I(used).
    type: list
    elements: str
    default: []
author:
  - selfhost
"""

EXAMPLES = r"""
- name: Purge packages
  footprint_packages:
    own: [jitsi-meet, jicofo]
    shared: [nginx]
    record: /var/lib/selfhost/before.json
    used: {nginx: [/etc/nginx/sites-enabled/*]}
"""

RETURN = r"""
purged:
  description: The packages that were purged.
  returned: always
  type: list
  elements: str
kept:
  description: Packages of I(shared) that were not there before and stay, with the reason.
  returned: always
  type: dict
gone:
  description: Those of I(shared) and I(watched) that were not there before and are not there now.
  returned: always
  type: list
  elements: str
recorded:
  description: Whether there was a record.
  returned: always
  type: bool
before:
  description: Users and groups of the record.
  returned: always
  type: dict
"""

_FIELDS = ("Package", "Status", "Depends", "Pre-Depends", "Recommends", "Provides", "Essential")
_CACHE = "/var/cache/debconf"


def packages(status):
    """dpkg's status file as name -> fields; a name that stands twice (another architecture)
    counts where it is installed."""
    found = {}
    for paragraph in status.split("\n\n"):
        fields = {}
        for line in paragraph.split("\n"):
            name, colon, value = line.partition(": ")
            if colon and name in _FIELDS:
                fields[name] = value
        if "Package" not in fields:
            continue
        present = fields.get("Status", "").endswith(" installed")
        if fields["Package"] not in found or present:
            found[fields["Package"]] = fields
    return found


def is_installed(fields):
    """Whether a package is there, not only its settings."""
    return fields.get("Status", "").endswith(" installed")


def alternatives(fields, *names):
    """[[a, b], [c]] for ``a (>= 1) | b, c:any``."""
    groups = ", ".join(fields[name] for name in names if fields.get(name))
    return [
        [re.split(r"[ (:\[]", choice.strip(), maxsplit=1)[0] for choice in group.split("|")]
        for group in groups.split(",")
        if group.strip()
    ]


def going(found, automatic, before, own, shared):
    """The packages to purge: see DOCUMENTATION. ``before`` is None without a record."""
    present = {name: fields for name, fields in found.items() if is_installed(fields)}
    provided = {}
    for name, fields in present.items():
        provided.setdefault(name, set()).add(name)
        for group in alternatives(fields, "Provides"):
            provided.setdefault(group[0], set()).add(name)

    def met_by(group):
        return set().union(*(provided.get(name, set()) for name in group))

    named = set(own) | (set(shared) if before is not None else set())
    reached, waiting = set(), [name for name in named if name in present]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            for group in alternatives(present[name], "Depends", "Pre-Depends"):
                waiting += met_by(group)
    gone = {
        name
        for name in reached
        if present[name].get("Essential") != "yes"
        and (name in own or name not in (before or ()))
        and (name in named or name in automatic)
    }
    changed = True
    while changed:
        changed = False
        for name in set(present) - gone:
            needs = ("Depends", "Pre-Depends")
            if name not in (before or ()):  # those were content without it
                needs += ("Recommends",)
            for group in alternatives(present[name], *needs):
                providers = met_by(group)
                if providers and providers <= gone:
                    gone -= providers
                    changed = True
    return gone


def _read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except OSError:
        return ""


def _automatic():
    text = _read("/var/lib/apt/extended_states")
    return {
        re.search(r"^Package: (.+)$", part, re.M).group(1)
        for part in text.split("\n\n")
        if "Auto-Installed: 1" in part and "Package: " in part
    }


def strangers(patterns, ours):
    """Files that match a pattern and none of ours."""
    found = [path for pattern in patterns for path in sorted(glob.glob(pattern))]
    return [path for path in found if not any(fnmatch.fnmatchcase(path, one) for one in ours)]


def _apt(module, *arguments):
    environment = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    command = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=120", *arguments]
    return module.run_command(command, environ_update=environment)


def _purge(module, names):
    _, simulated, _ = _apt(module, "--simulate", "purge", "--", *names)
    more = set(re.findall(r"^(?:Remv|Purg) (\S+)", simulated, re.M)) - set(names)
    if more:
        module.fail_json(
            msg=f"apt would also remove {', '.join(sorted(more))}, which other software needs: "
            "nothing was removed"
        )
    code, out, err = _apt(module, "purge", "--", *names)
    if code != 0:
        last = (err.strip() or out.strip()).splitlines()[-3:]
        module.fail_json(msg="apt could not remove the packages: " + " ".join(last), stdout=out)


def _forget_answers(module, own):
    """Debconf's answers of packages, also of those that never came to be installed."""
    forgotten = False
    files = [os.path.join(_CACHE, name) for name in ("config.dat", "passwords.dat")]
    for name in own:
        owned = re.compile(r"^Owners:.*(?<![\w.+-])" + re.escape(name) + r"(?![\w.+-])", re.M)
        if any(owned.search(_read(path)) for path in files):
            forgotten = True
            if not module.check_mode:
                module.run_command(["debconf-communicate", name], data="PURGE\n", check_rc=True)
    if not module.check_mode:
        for path in [*files, os.path.join(_CACHE, "templates.dat")]:
            old = path + "-old"  # how it was before the last change
            if os.path.exists(old) and any(f" {name}\n" in _read(old) for name in own):
                os.remove(old)
    return forgotten


def main():
    from ansible.module_utils.basic import AnsibleModule

    module = AnsibleModule(
        argument_spec={
            "own": {"type": "list", "elements": "str", "required": True},
            "shared": {"type": "list", "elements": "str", "default": []},
            "dependencies": {"type": "bool", "default": True},
            "record": {"type": "path", "required": True},
            "used": {"type": "dict", "default": {}},
            "ours": {"type": "list", "elements": "str", "default": []},
            "watched": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    own = module.params["own"]
    recorded = os.path.exists(module.params["record"])
    before = json.loads(_read(module.params["record"])) if recorded else {}
    kept = {}
    for name, patterns in module.params["used"].items():
        if files := strangers(patterns, module.params["ours"]):
            kept[name] = f"{files[0]} uses it"
    shared = [name for name in module.params["shared"] if name not in kept]
    found = packages(_read("/var/lib/dpkg/status"))
    if module.params["dependencies"]:
        packages_before = set(before["packages"]) if recorded else None
        names = going(found, _automatic(), packages_before, own, shared)
    else:
        names = {name for name in own if name in found and is_installed(found[name])}
    new = set(module.params["shared"]) - set(before.get("packages", ()))
    watched = new | set(module.params["watched"]) - set(before.get("packages", ()))
    for name in new - names - set(kept):
        if name in found and is_installed(found[name]):
            kept[name] = "another package needs it" if recorded else "it may have been there before"
    # Settings of packages that were removed before, but not purged.
    stale = {
        n for n in own if n in found and not is_installed(found[n]) and _has_settings(found[n])
    }
    code, held, _ = module.run_command(["apt-mark", "showhold"])
    held = set(held.split()) & (names | set(own)) if code == 0 else set()
    if not module.check_mode:
        if held:
            module.run_command(["apt-mark", "unhold", *sorted(held)], check_rc=True)
        # Jitsi's own first, while the servers that they configure are still there.
        for part in (sorted(names & set(own) | stale), sorted(names - set(own))):
            if part:
                _purge(module, part)
    forgotten = _forget_answers(module, own)
    module.exit_json(
        changed=bool(names or stale or held or forgotten),
        purged=sorted(names | stale),
        kept=kept,
        gone=sorted(_gone(found, names, watched)) if recorded else [],
        recorded=recorded,
        before={"users": before.get("users", []), "groups": before.get("groups", [])},
    )


def _gone(found, purged, names):
    """Those of ``names`` that are not installed, or were purged just now."""
    return {n for n in names if n in purged or n not in found or not is_installed(found[n])}


def _has_settings(fields):
    return fields.get("Status", "").endswith(" config-files")


if __name__ == "__main__":
    main()
