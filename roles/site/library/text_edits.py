#!/usr/bin/python
# ruff: noqa: PTH110, PTH118, PTH123
"""Edit settings inside files that a package owns: by key, never by replacing the file."""

import os
import re
import tempfile

DOCUMENTATION = r"""
---
module: text_edits
short_description: Edits lines of files in place, several edits and files in one task
description:
  - Applies a list of edits to each file, in order, and writes the file once, if it differs.
  - A file that does not exist is left alone with C(missing=skip) and in check mode.
options:
  files:
    description: The files, each with its edits.
    type: list
    elements: dict
    required: true
    suboptions:
      path:
        description: The file.
        type: path
        required: true
      edits:
        description: The edits, in order.
        type: list
        elements: dict
        required: true
        suboptions:
          match:
            description:
              - Regular expression; C(^) and C($) match at lines.
              - With I(line), the lines that it is found in count as the setting.
              - With I(replace), each text that matches is replaced.
            type: str
            required: true
          line:
            description: The line that the setting shall be. More lines that match are removed.
            type: str
          absent:
            description: Remove all lines that match.
            type: bool
            default: false
          replace:
            description: What replaces each match. Groups are written as in Python's re.
            type: str
          after:
            description: Regular expression of the line that a new I(line) follows.
              Without it, or if no line matches, a new line comes last.
            type: str
          every:
            description: With I(after), put the line after each line that matches I(after)
              and is not followed by it already.
            type: bool
            default: false
      validate:
        description: A command that checks the new file, with C(%s) in place of its path.
        type: str
      missing:
        description: What to do when the file does not exist.
        type: str
        choices: [fail, skip]
        default: fail
      owner:
        description: The file's owner.
        type: str
      group:
        description: The file's group.
        type: str
      mode:
        description: The file's mode, as octal digits.
        type: str
  secrets:
    description: Values that must not be shown. C(@name@) in I(line) stands for one.
    type: dict
    default: {}
author:
  - selfhost
"""

EXAMPLES = r"""
- name: Keep logs for three days
  text_edits:
    files:
      - path: /etc/logrotate.d/jicofo
        edits:
          - match: ^\s*rotate\s
            line: "    rotate 3"
            after: \{
"""

RETURN = r"""
files:
  description: The files that were changed.
  returned: always
  type: list
  elements: str
"""


def set_line(text, match, line, after=None):
    """The text with exactly one line where the setting stood, or a new one."""
    found = re.compile(match)
    lines = text.split("\n")
    places = [number for number, old in enumerate(lines) if found.search(old)]
    if places:
        kept = [old for number, old in enumerate(lines) if number not in places[1:]]
        kept[places[0]] = line
        return "\n".join(kept)
    if after is not None:
        anchor = re.compile(after)
        for number, old in enumerate(lines):
            if anchor.search(old):
                return "\n".join([*lines[: number + 1], line, *lines[number + 1 :]])
    body = text if not text or text.endswith("\n") else text + "\n"
    return body + line + "\n"


def set_after_each(text, line, after):
    """The text with the line directly behind each line that matches, indented like it."""
    anchor = re.compile(after)
    lines = text.split("\n")
    result = []
    for number, old in enumerate(lines):
        result.append(old)
        if anchor.search(old):
            following = lines[number + 1] if number + 1 < len(lines) else ""
            if following.strip() != line.strip():
                result.append(re.match(r"\s*", old).group() + line.strip())
    return "\n".join(result)


def remove_lines(text, match):
    """The text without the lines that match."""
    found = re.compile(match)
    return "\n".join(line for line in text.split("\n") if not found.search(line))


def apply_edits(text, edits, secrets=None):
    """The text after all edits. Raises ValueError for an edit that says nothing to do."""
    for edit in edits:
        match = edit["match"]
        line = edit.get("line")
        for name, value in (secrets or {}).items():
            line = line and line.replace(f"@{name}@", value)
        if edit.get("absent"):
            text = remove_lines(text, match)
        elif edit.get("replace") is not None:
            text = re.sub(match, edit["replace"], text, flags=re.MULTILINE)
        elif line is not None and edit.get("every"):
            text = set_after_each(text, line, edit["after"])
        elif line is not None:
            text = set_line(text, match, line, edit.get("after"))
        else:
            raise ValueError(f"an edit needs one of line, absent, replace (match: {match})")
    return text


def _check(module, command, text):
    """Run a checker on the new text in a private directory."""
    with tempfile.TemporaryDirectory(dir=module.tmpdir) as folder:
        candidate = os.path.join(folder, "candidate")
        with open(candidate, "w", encoding="utf-8") as stream:
            stream.write(text)
        code, out, err = module.run_command(
            [word.replace("%s", candidate) for word in command.split()]
        )
    return None if code == 0 else (err or out).strip()


def _write(module, path, text):
    handle, temporary = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    module.atomic_move(temporary, path)  # keeps the owner and mode of the old file


def _edit(module, item, diffs):
    path = item["path"]
    if not os.path.exists(path):
        if module.check_mode and item["missing"] == "fail":
            return True
        if item["missing"] == "skip":
            return False
        module.fail_json(msg=f"{path} does not exist")
    with open(path, encoding="utf-8", errors="surrogateescape") as stream:
        before = stream.read()
    try:
        after = apply_edits(before, item["edits"], module.params["secrets"])
    except (ValueError, re.error) as error:
        module.fail_json(msg=f"{path}: {error}")
    changed = after != before
    if changed:
        wrong = _check(module, item["validate"], after) if item["validate"] else None
        if wrong is not None:
            module.fail_json(msg=f"{path} was not changed, it would be invalid: {wrong}")
        diffs.append(
            {"before": before, "after": after, "before_header": path, "after_header": path}
        )
        if not module.check_mode:
            _write(module, path, after)
    attributes = module.load_file_common_arguments(
        {
            "path": path,
            "owner": item["owner"],
            "group": item["group"],
            "mode": item["mode"],
            "seuser": None,
            "serole": None,
            "selevel": None,
            "setype": None,
            "attributes": None,
        }
    )
    return module.set_fs_attributes_if_different(attributes, changed)


def main():
    from ansible.module_utils.basic import AnsibleModule

    edit = {
        "match": {"type": "str", "required": True},
        "line": {"type": "str"},
        "absent": {"type": "bool", "default": False},
        "replace": {"type": "str"},
        "after": {"type": "str"},
        "every": {"type": "bool", "default": False},
    }
    files = {
        "path": {"type": "path", "required": True},
        "edits": {"type": "list", "elements": "dict", "required": True, "options": edit},
        "validate": {"type": "str"},
        "missing": {"type": "str", "choices": ["fail", "skip"], "default": "fail"},
        "owner": {"type": "str"},
        "group": {"type": "str"},
        "mode": {"type": "str"},
    }
    module = AnsibleModule(
        argument_spec={
            "files": {"type": "list", "elements": "dict", "required": True, "options": files},
            "secrets": {"type": "dict", "default": {}, "no_log": True},
        },
        supports_check_mode=True,
    )
    diffs = []
    changed = [item["path"] for item in module.params["files"] if _edit(module, item, diffs)]
    module.exit_json(changed=bool(changed), files=changed, diff=diffs)


if __name__ == "__main__":
    main()
