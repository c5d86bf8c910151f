#!/usr/bin/python
"""Which versions belong together: a metapackage names the exact versions of the packages of one
release, so that it alone has to be chosen."""

import functools
import re

DOCUMENTATION = r"""
---
module: package_set
short_description: Finds the exact versions of the packages of one release
description:
  - Reads what apt knows of a metapackage, in all versions, and what is installed. Changes nothing.
options:
  metapackage:
    description: The package whose dependencies name exact versions.
    type: str
    required: true
  also:
    description: Packages that the metapackage does not name, and whose version each has.
    type: dict
    default: {}
  which:
    description:
      - C(installed) for the release that is installed, or, if none is, the newest that is offered;
        C(newest) for that, unless what is installed is newer; else the metapackage's version.
    type: str
    default: installed
author:
  - selfhost
"""

EXAMPLES = r"""
- name: Find the newest release
  package_set:
    metapackage: jitsi-meet
    which: newest
"""

RETURN = r"""
versions:
  description: The exact version of each package of the release.
  returned: success
  type: dict
installed:
  description: The versions of those packages that are installed.
  returned: success
  type: dict
"""


def stanzas(text):
    """The records of apt-cache's output: fields by name, without continued lines."""
    found = []
    for part in re.split(r"\n\s*\n", text):
        fields = re.findall(r"^([A-Za-z][A-Za-z0-9-]*):[ \t]*(.*)$", part, flags=re.MULTILINE)
        if fields:
            found.append(dict(reversed(fields)))
    return found


def releases(text, also):
    """Each release that apt knows: whether it is offered, and its packages' exact versions."""
    found = []
    for fields in stanzas(text):
        needs = ", ".join(
            fields[name] for name in ("Pre-Depends", "Depends", "Recommends") if name in fields
        )
        versions = dict(re.findall(r"([a-z0-9][a-z0-9+.-]+) \(= ([^)\s]+)\)", needs))
        if not versions or "Package" not in fields or "Version" not in fields:
            continue
        versions[fields["Package"]] = fields["Version"]
        for name, like in also.items():
            if like in versions:
                versions[name] = versions[like]
        found.append({"offered": "Filename" in fields, "versions": versions})
    return found


def choose(metapackage, known, installed, which, compare):
    """The versions of the release that is asked for. Raises ValueError that says why there is none.

    ``compare`` orders two versions as Debian does.
    """
    here = [
        release["versions"]
        for release in known
        if installed
        and all(release["versions"].get(name) == version for name, version in installed.items())
    ]
    offered = [release["versions"] for release in known if release["offered"]]
    offered.sort(key=functools.cmp_to_key(lambda a, b: compare(a[metapackage], b[metapackage])))
    if which == "installed" and installed:
        if here:
            return here[0]
        raise ValueError(
            "the versions that are installed ("
            + ", ".join(f"{name} {version}" for name, version in sorted(installed.items()))
            + f") are those of no release of {metapackage} that apt knows"
        )
    if which in ("installed", "newest"):
        if not offered:
            raise ValueError(f"apt knows no {metapackage}: is its repository reached?")
        newest = offered[-1]
        if here and _older(newest, installed, compare):
            return here[0]
        return newest
    for versions in offered:
        if versions[metapackage] == which:
            older = _older(versions, installed, compare)
            if older:
                raise ValueError(
                    f"{which} is older than what is installed ({older} {installed[older]})"
                )
            return versions
    last = ", ".join(versions[metapackage] for versions in offered[-5:])
    raise ValueError(f"{metapackage} {which} is not offered; offered are: {last or 'none'}")


def _older(versions, installed, compare):
    """The first package that would become older, or None."""
    for name, version in sorted(installed.items()):
        if name in versions and compare(versions[name], version) < 0:
            return name
    return None


def main():
    from ansible.module_utils.basic import AnsibleModule

    module = AnsibleModule(
        argument_spec={
            "metapackage": {"type": "str", "required": True},
            "also": {"type": "dict", "default": {}},
            "which": {"type": "str", "default": "installed"},
        },
        supports_check_mode=True,
    )
    import apt_pkg

    apt_pkg.init_system()
    metapackage = module.params["metapackage"]
    words = {"LC_ALL": "C"}
    _code, text, _err = module.run_command(["apt-cache", "show", metapackage], environ_update=words)
    known = releases(text, module.params["also"])
    names = sorted({name for release in known for name in release["versions"]})
    installed = {}
    if names:
        form = "--showformat=${db:Status-Status} ${Package} ${Version}\\n"
        _code, text, _err = module.run_command(
            ["dpkg-query", "--show", form, *names], environ_update=words
        )
        lines = [line.split() for line in text.splitlines()]
        gone = ("not-installed", "config-files")
        installed = {x[1]: x[2] for x in lines if len(x) == 3 and x[0] not in gone}
    try:
        versions = choose(
            metapackage, known, installed, module.params["which"], apt_pkg.version_compare
        )
    except ValueError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, versions=versions, installed=installed)


if __name__ == "__main__":
    main()
