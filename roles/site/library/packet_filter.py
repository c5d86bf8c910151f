#!/usr/bin/python
# ruff: noqa: PTH103, PTH104, PTH108, PTH110, PTH120, PTH123
"""Load a table of packet filter rules so that a rule that locks out its author undoes itself."""

import json
import os
import pwd
import re
import shutil

DOCUMENTATION = r"""
---
module: packet_filter
short_description: Loads one table of nftables, and takes it back unless it is confirmed
description:
  - With I(state=loaded), rules that differ from what the kernel has are loaded, after a timer of
    systemd was set that puts the former ones back. The file that is read at the next start stays
    as it was. Run it again with I(state=confirmed), over a new connection, to keep them.
  - The table is replaced in one step, and no other one is touched.
  - C(@ssh@) in I(rules) stands for the ports of SSH, which are the one of the connection in use,
    those that sshd is configured for, and I(ssh_ports).
options:
  state:
    description: What to do. C(restored) puts the former rules back at once.
    type: str
    choices: [loaded, confirmed, restored]
    default: loaded
  rules:
    description: What is in the table; without it and I(confined) the table is removed.
    type: str
    default: ""
  confined:
    description:
      - Rules by account for what its processes may send. All else of theirs is refused and counted,
        but for answers. Accounts that do not exist are left out.
    type: dict
    default: {}
  unit:
    description: The text of the unit that loads the rules at every start.
    type: str
    default: ""
  ssh_ports:
    description: More ports of SSH.
    type: list
    elements: int
    default: []
  seconds:
    description: After how many seconds the former rules are put back.
    type: int
    default: 60
  replaces:
    description: Units of earlier releases to remove, with the rules of the same name.
    type: list
    elements: str
    default: []
author:
  - selfhost
"""

EXAMPLES = r"""
- name: Load the rules
  packet_filter:
    rules: "chain input { type filter hook input priority filter; policy drop; }"
    unit: "{{ lookup('ansible.builtin.template', 'selfhost-firewall.service.j2') }}"
"""

RETURN = r"""
waiting:
  description: Whether the rules go back to the former ones unless they are confirmed.
  returned: always
  type: bool
missing:
  description: Accounts to be confined that do not exist.
  returned: always
  type: list
  elements: str
"""

NFT = "/usr/sbin/nft"
TABLE = "inet selfhost"
RULES = "/etc/nftables.d/selfhost.nft"
SERVICE = "selfhost-firewall.service"
ROLLBACK = "selfhost-firewall-rollback"
UNITS = "/etc/systemd/system"
WORK = "/run/selfhost-firewall"
CANDIDATE = WORK + "/candidate"
FORMER = WORK + "/former.nft"
LOADED = WORK + "/loaded"
HEAD = f"""#!/usr/sbin/nft -f
# Managed by Ansible (role firewall). Replaced in one step; no other table is touched.
table {TABLE} {{}}
delete table {TABLE}
"""


def composed(rules, confined, accounts, ports):
    """The file with all rules. ``accounts`` gives the numbers of the accounts that exist: names
    are not written, because one that is gone would keep all rules from being loaded."""
    text = f"{HEAD}table {TABLE} {{\n{rules.strip(chr(10))}\n"
    text = text.replace("@ssh@", ", ".join(str(port) for port in ports))
    known = [user for user in sorted(confined) if user in accounts]
    for user in known:
        lines = [
            *confined[user],
            f'counter name "refused-{user}" reject with icmpx admin-prohibited',
        ]
        body = "\n".join(f"        {line}" for line in lines)
        text += f"\n    counter refused-{user} {{}}\n    chain out-{user} {{\n{body}\n    }}\n"
    if known:
        text += "\n    chain output {\n"
        text += "        type filter hook output priority filter; policy accept;\n"
        text += "        ct state established,related accept\n"
        for user in known:
            text += f'        meta skuid {accounts[user]} goto out-{user} comment "{user}"\n'
        text += "    }\n"
    return text + "}\n"


def ssh_ports(environments, sshd, more):
    """The ports of SSH: of the nearest connection among the environments of the parents, those
    that ``sshd -T`` prints, and ``more``."""
    found = set(more)
    for environment in environments:
        connection = re.search(r"(?:^|\0)SSH_CONNECTION=\S+ \d+ \S+ (\d+)", environment)
        if connection:
            found.add(int(connection.group(1)))
            break
    found.update(int(port) for port in re.findall(r"^port (\d+)$", sshd, re.MULTILINE))
    return sorted(found)


def _environments():
    """Of this process's parents, the nearest first: what sudo left out is there."""
    pid = os.getppid()
    while pid > 1:
        try:
            with open(f"/proc/{pid}/environ", encoding="utf-8", errors="replace") as stream:
                yield stream.read()
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stream:
                pid = int(stream.read().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            return


def _accounts(users):
    found = {}
    for user in users:
        try:
            found[user] = pwd.getpwnam(user).pw_uid
        except KeyError:
            continue
    return found


def _read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except OSError:
        return ""


def _write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "w", encoding="utf-8") as stream:
        os.fchmod(stream.fileno(), mode)
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    os.rename(path + ".new", path)


class Filter:
    """The table on this server."""

    def __init__(self, module):
        self.module = module

    def run(self, *command):
        """A command's exit code, and what it said."""
        return self.module.run_command(list(command))

    def must(self, *command, saying):
        code, out, err = self.run(*command)
        if code != 0:
            words = " ".join((err or out).split())[:400]
            self.module.fail_json(msg=f"{saying}: {words}")

    def kernel(self):
        """The table as the kernel has it, without counts; empty where it has none."""
        code, out, _err = self.run(NFT, "-s", "list", "table", *TABLE.split())
        return out if code == 0 else ""

    def holds(self, text, unit):
        """Whether all is as wanted, in the files and in the kernel."""
        return (
            _read(RULES) == text
            and _read(f"{UNITS}/{SERVICE}") == unit
            and bool(_read(LOADED))
            and self.kernel() == _read(LOADED)
            and self.run("systemctl", "is-enabled", "-q", SERVICE)[0] == 0
            and self.run("systemctl", "is-active", "-q", SERVICE)[0] == 0
        )

    def waiting(self):
        return self.run("systemctl", "is-active", "-q", f"{ROLLBACK}.timer")[0] == 0

    def load(self, text, unit, seconds):
        """Load the rules for a while."""
        os.makedirs(WORK, mode=0o700, exist_ok=True)
        _write(CANDIDATE, json.dumps({"rules": text, "unit": unit}), 0o600)
        _write(CANDIDATE + ".nft", text, 0o600)
        self.must(NFT, "-c", "-f", CANDIDATE + ".nft", saying="nft does not accept the rules")
        _write(FORMER, HEAD + self.kernel(), 0o600)
        self.must(
            "systemd-run", "-q", "--collect", f"--unit={ROLLBACK}", f"--on-active={seconds}",
            "--timer-property=AccuracySec=1s", "--service-type=oneshot",  # to be waited for
            "/bin/sh", "-c", f"rm -f {CANDIDATE} {CANDIDATE}.nft; exec {NFT} -f {FORMER}",
            saying="no timer could be set that would put the former rules back",
        )  # fmt: skip
        code, out, err = self.run(NFT, "-f", CANDIDATE + ".nft")
        if code != 0:
            self.restore()
            words = " ".join((err or out).split())[:400]
            self.module.fail_json(msg=f"the kernel does not accept the rules: {words}")

    def restore(self):
        """Put the former rules back, if others wait to be confirmed."""
        if self.waiting():
            self.run("systemctl", "start", f"{ROLLBACK}.service")
            self.run("systemctl", "stop", f"{ROLLBACK}.timer")

    def confirm(self, replaces):
        """Keep the rules that were loaded."""
        self.run("systemctl", "stop", f"{ROLLBACK}.timer")
        if not os.path.exists(CANDIDATE):
            self.module.fail_json(msg="the confirmation came too late: the former rules are back")
        wanted = json.loads(_read(CANDIDATE))
        _write(RULES, wanted["rules"])
        _write(f"{UNITS}/{SERVICE}", wanted["unit"])
        for name in replaces:
            self.remove(f"{name}.service", f"/etc/nftables.d/{name}.nft")
        self.must("systemctl", "daemon-reload", saying="systemd does not read its units anew")
        self.must("systemctl", "enable", "-q", SERVICE, saying=f"{SERVICE} cannot be enabled")
        self.must(
            "systemctl", "reload-or-restart", SERVICE, saying=f"{SERVICE} does not load the rules"
        )
        os.unlink(CANDIDATE)
        os.unlink(CANDIDATE + ".nft")

    def remove(self, service, rules):
        """Take a unit and its rules away; whether there was one."""
        there = os.path.exists(f"{UNITS}/{service}") or os.path.exists(rules)
        if there:
            self.run("systemctl", "disable", "-q", "--now", service)
            for path in (f"{UNITS}/{service}", rules):
                if os.path.exists(path):
                    os.unlink(path)
            self.run("systemctl", "daemon-reload")
        return there


def _remove(module, rules, replaces):
    names = [(SERVICE, RULES), *((f"{n}.service", f"/etc/nftables.d/{n}.nft") for n in replaces)]
    there = any(os.path.exists(f"{UNITS}/{s}") or os.path.exists(r) for s, r in names)
    if there and not module.check_mode:
        rules.restore()
        for service, path in names:
            rules.remove(service, path)
        if rules.kernel():
            rules.run(NFT, "delete", "table", *TABLE.split())
        shutil.rmtree(WORK, ignore_errors=True)
    module.exit_json(changed=there, waiting=False, missing=[])


def _load(module, rules):
    wanted = module.params
    accounts = _accounts(wanted["confined"])
    missing = sorted(set(wanted["confined"]) - set(accounts))
    ports = ssh_ports(_environments(), rules.run("/usr/sbin/sshd", "-T")[1], wanted["ssh_ports"])
    if not ports:
        module.fail_json(
            msg="No port of SSH could be found out. Name it in firewall_ssh_ports, or set "
            "firewall_enabled: false."
        )
    text = composed(wanted["rules"], wanted["confined"], accounts, ports)
    if not os.path.exists(NFT):
        if module.check_mode:
            module.exit_json(changed=True, waiting=False, missing=missing)
        module.fail_json(msg="nftables is not installed")
    if rules.waiting() and not module.check_mode:
        rules.restore()
    if rules.holds(text, wanted["unit"]):
        module.exit_json(changed=False, waiting=False, missing=missing)
    diff = {"before": _read(RULES), "after": text, "before_header": RULES, "after_header": RULES}
    if not module.check_mode:
        rules.load(text, wanted["unit"], wanted["seconds"])
    module.exit_json(changed=True, waiting=not module.check_mode, missing=missing, diff=diff)


def main():
    from ansible.module_utils.basic import AnsibleModule

    module = AnsibleModule(
        argument_spec={
            "state": {
                "type": "str",
                "choices": ["loaded", "confirmed", "restored"],
                "default": "loaded",
            },
            "rules": {"type": "str", "default": ""},
            "confined": {"type": "dict", "default": {}},
            "unit": {"type": "str", "default": ""},
            "ssh_ports": {"type": "list", "elements": "int", "default": []},
            "seconds": {"type": "int", "default": 60},
            "replaces": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    rules = Filter(module)
    if module.params["state"] == "confirmed":
        rules.confirm(module.params["replaces"])
        module.exit_json(changed=True, waiting=False, missing=[])
    elif module.params["state"] == "restored":
        rules.restore()
        module.exit_json(changed=True, waiting=False, missing=[])
    elif module.params["rules"] or module.params["confined"]:
        _load(module, rules)
    else:
        _remove(module, rules, module.params["replaces"])


if __name__ == "__main__":
    main()
