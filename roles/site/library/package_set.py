#!/usr/bin/python
# ruff: noqa: PTH101, PTH102, PTH112, PTH113, PTH118, PTH123, PTH208, PTH211
"""Which versions belong together: a metapackage names the exact versions of the packages of one
release, so that it alone has to be chosen."""

import functools
import os
import re
import shutil
import tempfile
from urllib.parse import urlsplit

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
  recorded:
    description:
      - The versions of a release that was installed before, by package. It counts as known also
        where the metapackage is not installed and its repository has dropped it.
    type: dict
    default: {}
  wanted:
    description: Versions by package that are wanted, whatever I(which) would choose.
    type: dict
    default: {}
  sources:
    description:
      - A list of sources in apt's own form. What it offers now is looked up in lists of its own, so
        that nothing of the server's changes; and what the change would take is told.
    type: str
  archive:
    description: With I(sources), a folder in which the files of packages are kept.
    type: path
    default: ""
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

- name: Look what the repository offers by now
  package_set:
    metapackage: jitsi-meet
    which: newest
    sources: "{{ lookup('ansible.builtin.file', 'example.sources') }}"
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
download:
  description: How many bytes would be downloaded.
  returned: with I(sources)
  type: int
unpacked:
  description: How many bytes the new packages take, also while the former ones are still there.
  returned: with I(sources)
  type: int
unmet:
  description: What stands in the way, such as a dependency that nothing meets; a sentence each.
  returned: with I(sources)
  type: list
  elements: str
lost:
  description: Installed packages whose files are neither offered nor in I(archive).
  returned: with I(sources)
  type: list
  elements: str
"""

LISTS = "/var/lib/apt/lists"
PARTS = "/etc/apt/sources.list.d"


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


def prefix(sources):
    """How apt begins the names of the lists that come from the first of some sources."""
    found = dict(re.findall(r"^(URIs|Suites): *(\S+)", sources, flags=re.MULTILINE))
    address = urlsplit(found.get("URIs", ""))
    way = address.netloc + address.path.rstrip("/") + "/" + found.get("Suites", "").strip("/") + "/"
    return way.replace("/", "_")


def apart(work, sources, replaced):
    """apt's settings for a look at sources that replace one of the server's own, with lists below
    ``work``. Other lists are the server's: links, which apt reads and never writes through."""
    lists, parts = os.path.join(work, "lists"), os.path.join(work, "parts")
    os.chmod(work, 0o755)  # noqa: S103 - apt downloads as a user of its own; nothing here is secret
    for folder in (lists, os.path.join(lists, "partial"), parts):
        os.mkdir(folder)
    with open(os.path.join(parts, "offer.sources"), "w") as stream:
        stream.write(sources)
    for folder, new, without in ((LISTS, lists, prefix(sources)), (PARTS, parts, replaced)):
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and name != "lock" and not name.startswith(without):
                os.symlink(path, os.path.join(new, name))
    return {
        "Dir::State::lists": lists,
        "Dir::Etc::sourceparts": parts,
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        "APT::Ignore-Hold": "1",
    }


def options(settings):
    """apt's settings as arguments."""
    return [f"--option={name}={value}" for name, value in settings.items()]


def refresh(module, work, settings):
    """Fetch the lists of the new sources alone."""
    alone = {
        **settings,
        "Dir::Etc::sourcelist": os.path.join(work, "parts", "offer.sources"),
        "Dir::Etc::sourceparts": "-",
        "APT::Get::List-Cleanup": "0",
        "Acquire::Retries": "1",
        "Acquire::http::Timeout": "20",
        "Acquire::https::Timeout": "20",
    }
    command = ["apt-get", "update", "--quiet", "--error-on=any", *options(alone)]
    code, _out, err = module.run_command(command, environ_update={"LC_ALL": "C"})
    if code != 0:
        lines = [line for line in err.splitlines() if line.startswith("E:")] or err.splitlines()
        module.fail_json(msg=f"the repository could not be read: {' '.join(lines)[:500]}")


def cost(apt_pkg, versions, installed, archive):
    """What a change to these versions takes and needs, from apt's own view of all packages."""
    cache = apt_pkg.Cache(None)
    plan = apt_pkg.DepCache(cache)
    chosen, unmet, lost = [], [], []
    for name, version in sorted(installed.items()):
        known = {one.ver_str: one for one in cache[name].version_list} if name in cache else {}
        here = known.get(version)
        kept = os.path.join(archive, f"{name}_{version.replace(':', '%3a')}_all.deb")
        offered = here is not None and any(not file.not_source for file, _ in here.file_list)
        if not offered and not os.path.isfile(kept):
            lost.append(f"{name}={version}")
        wanted = versions.get(name, version)
        if wanted == version:
            continue
        if wanted not in known:
            unmet.append(f"{name} {wanted} is not offered")
            continue
        plan.set_candidate_ver(cache[name], known[wanted])
        chosen.append((cache[name], known[wanted]))
    for package, _version in chosen:
        plan.mark_install(package, True, True)
    for package, version in chosen:
        for kind in ("PreDepends", "Depends"):
            for group in version.depends_list.get(kind, []):
                if not any(_met(plan, target) for one in group for target in one.all_targets()):
                    needs = " or ".join(one.target_pkg.name for one in group)
                    unmet.append(
                        f"{package.name} {version.ver_str} needs {needs} in a version that the "
                        "system does not offer"
                    )
    return {
        "download": int(plan.deb_size),
        "unpacked": sum(int(version.installed_size) for _package, version in chosen),
        "unmet": unmet,
        "lost": lost,
    }


def _met(plan, version):
    """Whether a version is there, or would come."""
    package = version.parent_pkg
    comes = plan.marked_install(package) or plan.marked_upgrade(package)
    coming = plan.get_candidate_ver(package) if comes else None
    return version.id in {one.id for one in (package.current_ver, coming) if one is not None}


def main():
    from ansible.module_utils.basic import AnsibleModule

    module = AnsibleModule(
        argument_spec={
            "metapackage": {"type": "str", "required": True},
            "also": {"type": "dict", "default": {}},
            "recorded": {"type": "dict", "default": {}},
            "wanted": {"type": "dict", "default": {}},
            "which": {"type": "str", "default": "installed"},
            "sources": {"type": "str"},
            "archive": {"type": "path", "default": ""},
        },
        supports_check_mode=True,
    )
    sources = module.params["sources"]
    if sources is None:
        found = look(module, {})
    else:
        work = tempfile.mkdtemp(prefix="selfhost-offer-")
        try:
            settings = apart(work, sources, "selfhost-jitsi.")
            refresh(module, work, settings)
            found = look(module, settings)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    module.exit_json(changed=False, **found)


def look(module, settings):
    """The release that is asked for; with settings of apt's also what it takes to get there."""
    import apt_pkg

    apt_pkg.init_config()
    for name, value in settings.items():
        apt_pkg.config.set(name, value)
    apt_pkg.init_system()
    metapackage, words = module.params["metapackage"], {"LC_ALL": "C"}
    show = ["apt-cache", *options(settings), "show", metapackage]
    _code, text, _err = module.run_command(show, environ_update=words)
    known = releases(text, module.params["also"])
    if module.params["recorded"]:
        known.append({"offered": False, "versions": module.params["recorded"]})
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
        versions = module.params["wanted"] or choose(
            metapackage, known, installed, module.params["which"], apt_pkg.version_compare
        )
    except ValueError as error:
        module.fail_json(msg=str(error), known=len(known))
    found = {"versions": versions, "installed": installed}
    if settings:
        found.update(cost(apt_pkg, versions, installed, module.params["archive"]))
    return found


if __name__ == "__main__":
    main()
