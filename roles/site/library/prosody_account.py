#!/usr/bin/python
# ruff: noqa: PTH110, PTH118, PTH119, PTH120, PTH123, PTH207, S324
"""Give accounts of Prosody the passwords that they shall have, remove those of former parts."""

import base64
import binascii
import glob
import hashlib
import hmac
import os
import re
from urllib.parse import unquote

DOCUMENTATION = r"""
---
module: prosody_account
short_description: Sets passwords of Prosody's accounts
description:
  - Compares the password with the stored SCRAM keys, so that a second run changes nothing.
  - Hands a new password to C(prosodyctl) on standard input, never on a command line, and
    verifies afterwards that it was stored. Prosody must be running.
  - An account is removed in the running server, which ends its sessions at once.
options:
  accounts:
    description: Passwords by address, as in C(focus@auth.meet.example.org).
    type: dict
    required: true
  retire:
    description: >-
      Regular expression of addresses. Accounts that match and are not in I(accounts) are removed.
    type: str
  data:
    description: The folder of Prosody's data.
    type: path
    default: /var/lib/prosody
author:
  - selfhost
"""

EXAMPLES = r"""
- name: The focus can log in
  prosody_account:
    accounts:
      focus@auth.meet.example.org: "{{ site_focus_password }}"
"""

RETURN = r"""
accounts:
  description: The accounts whose password was set.
  returned: always
  type: list
  elements: str
retired:
  description: The accounts that were removed.
  returned: always
  type: list
  elements: str
"""


def encoded(name):
    """A name as Prosody writes it in file names: all but letters and digits as C(%xx)."""
    return "".join(
        chr(byte) if chr(byte).isalnum() and byte < 128 else f"%{byte:02x}"
        for byte in name.encode("utf-8")
    )


def account_file(data, address):
    """Where Prosody's internal storage keeps an account."""
    user, _at, host = address.partition("@")
    return os.path.join(data, encoded(host), "accounts", encoded(user) + ".dat")


def fields(text):
    """Texts and numbers of a stored account, which is a table written in Lua."""
    found = {}
    for name, quoted, number in re.findall(
        r'\["(\w+)"\]\s*=\s*(?:"((?:[^"\\]|\\.)*)"|(\d+))', text, flags=re.DOTALL
    ):
        found[name] = number or re.sub(
            r"\\(\d{1,3}|\n|.)", lambda m: _unescaped(m.group(1)), quoted, flags=re.DOTALL
        )
    return found


def _unescaped(escape):
    if escape.isdigit():
        return chr(int(escape))
    return {"n": "\n", "r": "\r", "t": "\t"}.get(escape, escape)


def holds(text, password):
    """Whether a stored account accepts the password. Texts hold one byte per character."""
    found = fields(text)
    if "password" in found:
        return found["password"] == password
    stored = found.get("stored_key")
    if not stored or not found.get("salt") or not found.get("iteration_count"):
        return False
    salted = hashlib.pbkdf2_hmac(
        "sha1",
        password.encode("utf-8"),
        found["salt"].encode("latin-1"),
        int(found["iteration_count"]),
    )
    key = hashlib.sha1(hmac.new(salted, b"Client Key", hashlib.sha1).digest()).digest()
    known = (binascii.hexlify(key).decode(), base64.b64encode(key).decode())
    return stored.lower() == known[0] or stored == known[1]


def _accepts(data, address, password):
    try:
        with open(account_file(data, address), encoding="latin-1") as stream:
            return holds(stream.read(), password)
    except OSError:
        return False


def _set(module, data, address, password):
    exists = os.path.exists(account_file(data, address))
    command = ["prosodyctl", "passwd" if exists else "adduser", address]
    answers = f"{password}\n{password}\n"
    _code, out, err = module.run_command(command, data=answers)
    if not _accepts(data, address, password):
        said = (err + out).replace(password, "(secret)").strip().splitlines()
        module.fail_json(
            msg=f"prosodyctl did not store a password for {address}: "
            + (said[-1] if said else "it said nothing")
        )


def existing(data):
    """Addresses of all accounts in Prosody's internal storage."""
    found = []
    for folder in glob.glob(os.path.join(glob.escape(data), "*", "accounts")):
        host = unquote(os.path.basename(os.path.dirname(folder)))
        files = glob.glob(os.path.join(glob.escape(folder), "*.dat"))
        found += [unquote(os.path.basename(file)[: -len(".dat")]) + "@" + host for file in files]
    return sorted(found)


def _remove(module, data, address):
    """In the running server if it can be asked, so that sessions end; else in its files."""
    said = []
    for way in (["shell", "user", "delete"], ["deluser"]):
        if os.path.exists(account_file(data, address)):
            _code, out, err = module.run_command(["prosodyctl", *way, address])
            said += (err + out).strip().splitlines()
    if os.path.exists(account_file(data, address)):
        module.fail_json(
            msg=f"prosodyctl did not remove the account {address}: "
            + (said[-1] if said else "it said nothing")
        )


def main():
    from ansible.module_utils.basic import AnsibleModule

    module = AnsibleModule(
        argument_spec={
            "accounts": {"type": "dict", "required": True, "no_log": True},
            "retire": {"type": "str"},
            "data": {"type": "path", "default": "/var/lib/prosody"},
        },
        supports_check_mode=True,
    )
    data = module.params["data"]
    wanted = module.params["accounts"]
    for address in wanted:
        if not re.match(r"[\w.-]+@[\w.-]+\Z", address, re.ASCII):
            module.fail_json(msg=f"{address} is not an address of an account")
    wrong = sorted(a for a in wanted if not _accepts(data, a, wanted[a]))
    retire = module.params["retire"]
    gone = [a for a in existing(data) if retire and re.search(retire, a) and a not in wanted]
    if not module.check_mode:
        for address in wrong:
            _set(module, data, address, wanted[address])
        for address in gone:
            _remove(module, data, address)
    module.exit_json(changed=bool(wrong or gone), accounts=wrong, retired=gone)


if __name__ == "__main__":
    main()
