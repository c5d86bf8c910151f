#!/usr/bin/python
"""Documentation of an action plugin; see playbooks/action_plugins/selfhost_audit.py."""

DOCUMENTATION = r"""
---
module: selfhost_audit
short_description: Proves from evidence that a Jitsi Meet server does not record or leak
description:
  - Runs selfhost's collector on the host through Ansible's own connection, and judges what it
    gave on the controller. The host needs C(python3) 3.9 or later and nothing else; selfhost must
    be installed in the Python environment of ansible-playbook (or the execution environment).
  - Secrets are replaced on the host. Nothing is changed there, in check mode as otherwise.
  - Use C(become), as what the user may not read counts as not seen.
options:
  profile:
    description: What is asked for; see docs/audit.md.
    type: str
    choices: [private, strict, internal-recording-with-consent]
    default: private
  fail_on:
    description: The severity from which a finding makes the task fail.
    type: str
    choices: [critical, high, medium, low, never]
    default: low
  fail_on_partial:
    description: Whether the task fails when something could not be seen or judged.
    type: bool
    default: true
  waivers:
    description: File on the controller with findings that somebody answers for.
    type: path
  baseline:
    description: File on the controller with an earlier JSON report, to compare with.
    type: path
  fail_on_new:
    description: Fail only on what got worse since the baseline.
    type: bool
    default: false
  select:
    description: Only these controls.
    type: list
    elements: str
    default: []
  ignore:
    description: All but these controls.
    type: list
    elements: str
    default: []
  reports:
    description:
      - Files on the controller to write the host's report to, by format (C(json), C(sarif),
        C(junit), C(markdown), C(html), C(terminal)). Not written in check mode.
    type: dict
    default: {}
author:
  - selfhost
"""

EXAMPLES = r"""
- name: The host records nothing and passes nothing on
  become: true
  selfhost_audit:
    fail_on: medium
    reports:
      html: "reports/{{ inventory_hostname }}.html"
  register: audited
"""

RETURN = r"""
policy:
  description: Whether the rules hold (pass, fail).
  returned: always
  type: str
evidence:
  description: Whether all that had to be seen was seen (complete, partial).
  returned: always
  type: str
exit_code:
  description: What selfhost audit would have ended with (0, 1, 3).
  returned: always
  type: int
report:
  description: The report, as the schema selfhost.audit/1 has it.
  returned: always
  type: dict
"""
