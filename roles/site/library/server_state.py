#!/usr/bin/python
# ruff: noqa: PTH112, PTH116, PTH118, PTH119, PTH123, PTH207, PTH208
"""What the roles must know of a server before they change it: learnt in one task."""

import glob
import os
import re
import ssl
import time

DOCUMENTATION = r"""
---
module: server_state
short_description: Tells what a server is and has, changes nothing
description:
  - One round trip in place of one for each question, as a second run consists of little else.
  - What it tells is how things stood when it was asked. Later tasks may have changed that.
options:
  keyrings:
    description: Files of OpenPGP keys whose fingerprints are told.
    type: list
    elements: path
    default: []
  certificates:
    description: Certificates of which is told how many days they are still valid.
    type: list
    elements: path
    default: []
  versions_of:
    description: Packages of which is told in which version they are installed, and if held.
    type: list
    elements: str
    default: []
  settings_of:
    description: Units and the files (patterns too) that each reads when it starts or reloads.
    type: dict
    default: {}
author:
  - selfhost
"""

EXAMPLES = r"""
- name: Look at the server
  server_state:
    keyrings: [/etc/apt/keyrings/selfhost-jitsi.asc]
  register: _preflight_server
"""

RETURN = r"""
distribution:
  description: As in /etc/os-release, such as Debian.
  returned: always
  type: str
version:
  description: Such as "12" or "24.04".
  returned: always
  type: str
systemd:
  description: Whether systemd is process 1.
  returned: always
  type: bool
packages:
  description: The packages that are installed and configured.
  returned: always
  type: list
  elements: str
versions:
  description: The versions of those of I(versions_of) that are installed.
  returned: always
  type: dict
held:
  description: Those of I(versions_of) that apt is told to leave as they are.
  returned: always
  type: list
  elements: str
unfinished:
  description: The packages whose installation was cut short.
  returned: always
  type: list
  elements: str
memory_mb:
  description: Memory in MiB.
  returned: always
  type: int
disk_mb:
  description: Free space below /var, in MiB.
  returned: always
  type: int
earlier:
  description: Files of a Jitsi Meet that is or was installed; the domain is part of their names.
  returned: always
  type: list
  elements: str
running:
  description: The units that run, and will after the next start too.
  returned: always
  type: list
  elements: str
stale:
  description: Of I(settings_of), the units that run on files as they were before they changed.
  returned: always
  type: list
  elements: str
keyrings:
  description: The fingerprints of the primary keys by file; none for a file that is missing.
  returned: always
  type: dict
certificates:
  description: Days left by file; null for a file that is missing or no certificate.
  returned: always
  type: dict
"""

#: Folder and end of the name -> what a file of Jitsi's says.
EARLIER = (
    ("/etc/jitsi/meet", "-config.js", r"var config = \{"),
    ("/etc/prosody/conf.avail", ".cfg.lua", r'^VirtualHost "auth\.'),
    ("/etc/nginx/sites-available", ".conf", r"root /usr/share/jitsi-meet;"),
)


def system(os_release):
    """Name and version, of the text of /etc/os-release."""
    found = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', os_release, re.MULTILINE))
    name = {"debian": "Debian", "ubuntu": "Ubuntu"}.get(found.get("ID", ""), found.get("NAME", ""))
    return name, found.get("VERSION_ID", "")


def packages(listed):
    """Installed packages, and those half-way, of lines such as C(ii nginx 1.22)."""
    installed, unfinished = [], []
    for line in listed.splitlines():
        state, name, *_ = line.split("\t")
        if state[1:2] == "i" and state[2:3] in ("", " "):
            installed.append(name)
        elif state[1:2] in tuple("HUFWt") or state[2:3] == "R":
            unfinished.append(name)
    return installed, unfinished


def versions(listed, names):
    """Of some packages, the versions that are installed, and which of them are held."""
    found, held = {}, []
    for line in listed.splitlines():
        state, name, version = line.split("\t")
        if name in names and state[1:2] == "i":
            found[name] = version
            if state[0] == "h":
                held.append(name)
    return found, held


def fingerprints(listed):
    """Of gpg's list with colons: the first fingerprint after each primary key."""
    found, primary = [], False
    for line in listed.splitlines():
        fields = line.split(":")
        if fields[0] == "pub":
            primary = True
        elif fields[0] == "fpr" and primary:
            found.append(fields[9])
            primary = False
    return found


def running(shown, started_by_script):
    """The units that run and are enabled, of what ``systemctl show`` says of many."""
    found = []
    for block in shown.split("\n\n"):
        unit = dict(line.partition("=")[::2] for line in block.splitlines())
        name = unit.get("Id", "")
        enabled = unit.get("UnitFileState") == "enabled" or (
            unit.get("UnitFileState") == "generated" and name in started_by_script
        )
        if unit.get("ActiveState") == "active" and enabled:
            found.append(name)
    return found


def stale(shown, written):
    """The units that run on files as they were before: of what ``systemctl show`` says of many,
    with times as @seconds, and of when the files of each were written. A start and a reload both
    are a change of state. In whole seconds, so that what happens within one is not told."""
    found = []
    for block in shown.split("\n\n"):
        unit = dict(line.partition("=")[::2] for line in block.splitlines())
        read = re.fullmatch(r"@(\d+)", unit.get("StateChangeTimestamp", ""))
        name = unit.get("Id", "")
        active = unit.get("ActiveState") == "active" and name in written
        if active and read and int(written[name]) > int(read.group(1)):
            found.append(name)
    return sorted(found)


def _written(patterns):
    """When the newest of some files was written; 0 for none."""
    times = [0.0]
    for pattern in patterns:
        for path in glob.glob(pattern):
            try:
                times.append(os.stat(path).st_mtime)
            except OSError:  # it has gone meanwhile
                continue
    return max(times)


def days_left(said, now):
    """Of openssl's C(notAfter=...), how many days a certificate is still valid."""
    _, _, date = said.strip().partition("=")
    try:
        return int((ssl.cert_time_to_seconds(date) - now) // 86400)
    except ValueError:
        return None


def _read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read(1 << 20)
    except OSError:
        return ""


def _earlier():
    return [
        path
        for folder, end, sign in EARLIER
        for path in sorted(glob.glob(os.path.join(folder, "*" + end)))
        if re.search(sign, _read(path), re.MULTILINE)
    ]


def _scripts():
    """Units made of scripts of /etc/init.d that are started at boot."""
    names = (os.path.basename(path)[3:] for path in glob.glob("/etc/rc[2-5].d/S[0-9][0-9]*"))
    return {name + ".service" for name in names}


def main():
    from ansible.module_utils.basic import AnsibleModule

    paths = {"type": "list", "elements": "path", "default": []}
    module = AnsibleModule(
        argument_spec={
            "keyrings": paths,
            "certificates": paths,
            "versions_of": {"type": "list", "elements": "str", "default": []},
            "settings_of": {"type": "dict", "default": {}},
        },
        supports_check_mode=True,
    )

    def said(*command):
        """What a program says; nothing if it is not there or fails."""
        program = module.get_bin_path(command[0])
        if program is None:
            return ""
        code, out, _ = module.run_command([program, *command[1:]])
        return out if code == 0 else ""

    name, version = system(_read("/etc/os-release"))
    form = "--showformat=${db:Status-Abbrev}\\t${Package}\\t${Version}\\n"
    listed = said("dpkg-query", "--show", form)
    installed, unfinished = packages(listed)
    known, held = versions(listed, module.params["versions_of"])
    properties = "--property=Id,ActiveState,UnitFileState,StateChangeTimestamp"
    units = said("systemctl", "show", "--type=service,timer", "--timestamp=unix", properties, "*")
    memory = re.search(r"^MemTotal:\s+(\d+)", _read("/proc/meminfo"), re.MULTILINE)
    disk = os.statvfs("/var")
    # gpg shall look only, and not make itself a folder and keyrings.
    keys = ("gpg", "--homedir=/root", "--no-options", "--no-keyring", "--trust-model=always")
    keys += ("--batch", "--with-colons", "--show-keys")
    certificate = ("openssl", "x509", "-noout", "-enddate", "-in")
    module.exit_json(
        changed=False,
        distribution=name,
        version=version,
        systemd=os.path.isdir("/run/systemd/system"),
        packages=installed,
        versions=known,
        held=held,
        unfinished=unfinished + sorted(os.listdir("/var/lib/dpkg/updates")),
        memory_mb=int(memory.group(1)) // 1024 if memory else 0,
        disk_mb=disk.f_bavail * disk.f_frsize >> 20,
        earlier=_earlier(),
        running=running(units, _scripts()),
        stale=stale(
            units, {unit: _written(files) for unit, files in module.params["settings_of"].items()}
        ),
        keyrings={path: fingerprints(said(*keys, path)) for path in module.params["keyrings"]},
        certificates={
            path: days_left(said(*certificate, path), time.time())
            for path in module.params["certificates"]
        },
    )


if __name__ == "__main__":
    main()
