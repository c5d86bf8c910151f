#!/usr/bin/python
# ruff: noqa: PTH118, PTH123
"""Have certbot get a certificate from an ACME server, and change nothing when it has it."""

import os
import re

DOCUMENTATION = r"""
---
module: acme_certificate
short_description: Gets a certificate from an ACME server with certbot
description:
  - Proves the names by HTTP-01. Renewal is certbot's own affair; this module asks the ACME server
    only when there is no certificate, when it has expired, or when it is not what is wanted.
  - Agrees to the ACME server's terms of service.
options:
  name:
    description: Certbot's name for the certificate.
    type: str
    required: true
  domains:
    description: The names that it is for, the first one being the main one.
    type: list
    elements: str
    required: true
  directory:
    description: URL of the ACME server's directory.
    type: str
    required: true
  ca:
    description: File with the CA certificate to trust the ACME server by; empty for the system's.
    type: str
    default: ""
  email:
    description: Address for the ACME server's messages; empty for none. Counts at registration.
    type: str
    default: ""
  key_type:
    description: The kind of key.
    type: str
    choices: [ecdsa, rsa]
    default: ecdsa
  webroot:
    description: Folder from which a web server answers the challenge; empty to answer on port 80
      without one.
    type: str
    default: ""
author:
  - selfhost
"""

EXAMPLES = r"""
- name: Have a certificate issued
  acme_certificate:
    name: selfhost
    domains: [meet.example.org]
    directory: https://acme-v02.api.letsencrypt.org/directory
    webroot: /usr/share/jitsi-meet
"""

RETURN = r"""
reasons:
  description: Why a certificate was, or in check mode would be, asked for.
  returned: always
  type: list
  elements: str
"""

HOME = "/etc/letsencrypt"


def settings(text):
    """What certbot's file about a certificate says: plain ``key = value`` lines, and the folders
    of the section of webroots as ``{domain: folder}`` under ``webroot_map``."""
    found = {"webroot_map": {}}
    section = ""
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("["):
            section = line.strip("[] ")
        elif "=" in line and not line.startswith("#"):
            key, value = (part.strip() for part in line.split("=", 1))
            if section == "webroot_map":
                found["webroot_map"][key] = value
            else:
                found[key] = value
    return found


def names(text):
    """The DNS names in what ``openssl x509 -ext subjectAltName`` prints."""
    return set(re.findall(r"DNS:([^\s,]+)", text))


def reasons(have, seen, wanted):
    """Why a new certificate is needed; nothing when the one that is there will do.

    ``have`` is what ``settings`` found, or None; ``seen`` the names in the certificate, or None
    when it has expired or cannot be read; ``wanted`` the module's parameters.
    """
    if have is None:
        return ["there is none"]
    found = []
    if seen is None:
        found.append("it has expired or cannot be read")
    elif seen != set(wanted["domains"]):
        found.append("it is for other names")
    if have.get("server") != wanted["directory"]:
        found.append("it is from another ACME server")
    if have.get("key_type", "rsa") != wanted["key_type"]:
        found.append("its key is of another kind")
    if have.get("authenticator") != ("webroot" if wanted["webroot"] else "standalone"):
        found.append("it would be renewed in another way")
    elif wanted["webroot"] and set(have["webroot_map"].values()) - {wanted["webroot"]}:
        found.append("it would be renewed from another folder")
    return found


def arguments(wanted):
    """Certbot's command line."""
    words = ["certbot", "certonly", "--non-interactive", "--agree-tos"]
    words += ["--cert-name", wanted["name"], "--server", wanted["directory"]]
    words += ["--key-type", wanted["key_type"], "--renew-with-new-domains", "--force-renewal"]
    if wanted["email"]:
        words += ["--email", wanted["email"], "--no-eff-email"]
    else:
        words.append("--register-unsafely-without-email")
    if wanted["webroot"]:
        words += ["--webroot", "--webroot-path", wanted["webroot"]]
    else:
        words.append("--standalone")
    for domain in wanted["domains"]:
        words += ["--domain", domain]
    return words


_NETWORK = (
    ("CERTIFICATE_VERIFY_FAILED", "its certificate is not trusted (tls_acme_ca)"),
    ("Connection refused", "it refuses connections"),
    ("Name or service not known|name resolution", "its name cannot be resolved"),
    ("timed out|timeout", "it does not answer"),
    ("No route to host|Network is unreachable", "there is no way to it"),
)


def told(said, directory):
    """One sentence from what certbot said when it failed."""
    refused = re.findall(r"Domain:\s*(\S+)\s+Type:\s*(\S+)\s+Detail:\s*(.+)", said)
    if refused:
        details = "; ".join(f"{domain}: {detail.strip()}" for domain, _kind, detail in refused)
        return f"the ACME server could not verify that the name is this server's: {details}"
    if re.search(r"ConnectionError|SSLError|Timeout|Max retries exceeded|Requesting \S+: ", said):
        for pattern, words in _NETWORK:
            if re.search(pattern, said):
                return f"the ACME server {directory} cannot be reached: {words}"
        return f"the ACME server {directory} cannot be reached"
    problem = re.search(r"urn:ietf:params:acme:error:(\w+)(?: ::)?\s*(.*)", said)
    if problem:
        detail = problem[2].strip(" :") or "no reason given"
        return f"the ACME server {directory} refuses ({problem[1]}): {detail}"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith(("Saving debug log", "Ask for help"))]
    return f"certbot failed: {lines[-1] if lines else 'it said nothing'}"


def _have(name):
    try:
        with open(os.path.join(HOME, "renewal", f"{name}.conf"), encoding="utf-8") as stream:
            return settings(stream.read())
    except OSError:
        return None


def _seen(module, name):
    file = os.path.join(HOME, "live", name, "cert.pem")
    look = ["openssl", "x509", "-noout", "-in", file]
    code, out, _err = module.run_command([*look, "-ext", "subjectAltName", "-checkend", "0"])
    return names(out) if code == 0 else None


def main():
    from ansible.module_utils.basic import AnsibleModule

    text = {"type": "str", "default": ""}
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "domains": {"type": "list", "elements": "str", "required": True},
            "directory": {"type": "str", "required": True},
            "ca": text,
            "email": text,
            "key_type": {"type": "str", "choices": ["ecdsa", "rsa"], "default": "ecdsa"},
            "webroot": text,
        },
        supports_check_mode=True,
    )
    wanted = module.params
    have = _have(wanted["name"])
    why = reasons(have, have and _seen(module, wanted["name"]), wanted)
    if why and not module.check_mode:
        trust = {"REQUESTS_CA_BUNDLE": wanted["ca"]} if wanted["ca"] else {}
        code, out, err = module.run_command(arguments(wanted), environ_update=trust)
        if code:
            module.fail_json(msg=told(out + err, wanted["directory"]))
    module.exit_json(changed=bool(why), reasons=why)


if __name__ == "__main__":
    main()
