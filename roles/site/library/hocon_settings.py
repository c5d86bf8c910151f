#!/usr/bin/python
# ruff: noqa: PTH110, PTH123
"""Set and unset keys of a HOCON file; everything else in it, comments too, stays as it is."""

import json
import os
import tempfile

DOCUMENTATION = r"""
---
module: hocon_settings
short_description: Sets and unsets keys of a HOCON file
description:
  - Compares typed values first, so that a file that says the same in other words is left alone.
  - Edits with the ruby-hocon library, which the packages of jicofo and the bridge depend on.
    Values travel on standard input, never on a command line.
  - In check mode, a file that does not exist counts as one that would change.
options:
  path:
    description: The file. It must exist.
    type: path
    required: true
  settings:
    description: Values by dotted key. A value of null unsets the key.
    type: dict
    default: {}
  secrets:
    description: The same for values that must not be shown.
    type: dict
    default: {}
  owner:
    description: The file's owner.
    type: str
  group:
    description: The file's group.
    type: str
  mode:
    description: The file's mode, as octal digits.
    type: str
author:
  - selfhost
"""

EXAMPLES = r"""
- name: The bridge asks no STUN server
  hocon_settings:
    path: /etc/jitsi/videobridge/jvb.conf
    settings:
      ice4j.harvest.mapping.stun.addresses: []
"""

RETURN = r"""
keys:
  description: The keys that differed.
  returned: always
  type: list
  elements: str
"""

# Reads {"text", "keys", "edits"} and answers {"values", "missing"} or {"text"}. The parsed
# document keeps comments, order and whitespace of all that is not edited.
RUBY = r"""
require 'hocon'
require 'hocon/parser/config_document_factory'
require 'hocon/config_factory'
require 'json'
job = JSON.parse(STDIN.read)
begin
  if job['edits']
    document = Hocon::Parser::ConfigDocumentFactory.parse_string(job['text'])
    job['edits'].each do |key, value|
      if value.nil?
        document = document.remove_value(key) while document.has_value?(key)
      else
        document = document.set_value(key, value)
      end
    end
    puts JSON.generate('text' => document.render)
  else
    config = Hocon::ConfigFactory.parse_string(job['text'])
    config = config.resolve rescue config
    values = {}
    job['keys'].each do |key|
      begin
        values[key] = config.get_value(key).unwrapped if config.has_path?(key)
      rescue Hocon::ConfigError
        values[key] = nil
      end
    end
    puts JSON.generate('values' => values)
  end
rescue StandardError => error
  puts JSON.generate('error' => error.message.lines.first.to_s.strip)
end
"""

PLACEHOLDER = "(secret)"


def same(have, want):
    """Whether two values say the same to a typed reader: numbers and booleans may be texts."""
    if isinstance(want, bool) or isinstance(have, bool):
        return str(have).lower() == str(want).lower()
    if isinstance(want, (int, float)) or isinstance(have, (int, float)):
        return str(have) == str(want)
    if isinstance(want, list) and isinstance(have, list):
        return len(have) == len(want) and all(same(h, w) for h, w in zip(have, want))  # noqa: B905
    if isinstance(want, dict) and isinstance(have, dict):
        return have.keys() == want.keys() and all(same(have[k], want[k]) for k in want)
    return type(have) is type(want) and have == want


def differing(have, wanted):
    """The part of the wanted settings that does not hold yet."""
    edits = {}
    for key, value in wanted.items():
        if value is None:
            if key in have:
                edits[key] = None
        elif key not in have or not same(have[key], value):
            edits[key] = value
    return edits


def _ruby(module, job):
    code, out, err = module.run_command(["ruby", "-e", RUBY], data=json.dumps(job))
    try:
        answer = json.loads(out)
    except ValueError:
        answer = {"error": (err or out).strip() or f"ruby ended with {code}"}
    if "error" in answer:
        module.fail_json(msg=f"{module.params['path']}: {answer['error']}")
    return answer


def edited(module, text, edits, wanted):
    """The text with the edits made.

    The library cannot find what stands in a block that was pasted behind another one, although
    the program reads it; such a key gets a line of its own at the end, which wins.
    """
    texts = {k: None if v is None else json.dumps(v) for k, v in edits.items()}
    text = _ruby(module, {"text": text, "edits": texts})["text"]
    text += "" if text.endswith("\n") else "\n"
    have = _ruby(module, {"text": text, "keys": list(wanted)})["values"]
    for key in differing(have, wanted):
        text += f"{key} = {json.dumps(wanted[key])}\n"
    have = _ruby(module, {"text": text, "keys": list(wanted)})["values"]
    left = differing(have, wanted)
    if left:
        module.fail_json(msg=f"{module.params['path']}: {', '.join(sorted(left))} cannot be set")
    return text


def _shown(text, secrets):
    for value in secrets:
        text = text.replace(value, PLACEHOLDER)
    return text


def main():
    from ansible.module_utils.basic import AnsibleModule

    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "settings": {"type": "dict", "default": {}},
            "secrets": {"type": "dict", "default": {}, "no_log": True},
            "owner": {"type": "str"},
            "group": {"type": "str"},
            "mode": {"type": "str"},
        },
        supports_check_mode=True,
    )
    path = module.params["path"]
    secrets = module.params["secrets"]
    wanted = dict(module.params["settings"], **secrets)
    if not os.path.exists(path):
        if module.check_mode:
            module.exit_json(changed=True, keys=sorted(wanted))
        module.fail_json(msg=f"{path} does not exist")
    with open(path, encoding="utf-8") as stream:
        before = stream.read()
    have = _ruby(module, {"text": before, "keys": list(wanted)})["values"]
    edits = differing(have, wanted)
    changed = bool(edits)
    result = {"keys": sorted(edits)}
    if changed:
        hidden = [str(v) for k in secrets for v in (secrets[k], have.get(k)) if v]
        after = edited(module, before, edits, wanted)
        result["diff"] = {
            "before": _shown(before, hidden),
            "after": _shown(after, hidden),
            "before_header": path,
            "after_header": path,
        }
        if not module.check_mode:
            handle, temporary = tempfile.mkstemp(dir=module.tmpdir)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(after)
            module.atomic_move(temporary, path)
    attributes = {"path": path, "seuser": None, "serole": None, "selevel": None, "setype": None}
    attributes.update({k: module.params[k] for k in ("owner", "group", "mode")}, attributes=None)
    changed = module.set_fs_attributes_if_different(
        module.load_file_common_arguments(attributes), changed
    )
    module.exit_json(changed=changed, **result)


if __name__ == "__main__":
    main()
