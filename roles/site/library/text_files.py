#!/usr/bin/python
# ruff: noqa: PTH103, PTH108, PTH112, PTH113, PTH118, PTH120, PTH123
"""Write small files, and edit files that a package owns by key: many of them in one task."""

import os
import re
import tempfile

DOCUMENTATION = r"""
---
module: text_files
short_description: Writes, edits and removes text files, several in one task
description:
  - Each file is written once, if it differs. A file that is edited is never replaced by a copy.
  - In check mode, a file to be edited that does not exist counts as one that would change.
options:
  files:
    description: The files. Each has one of I(content), I(source), I(edits), I(absent).
    type: list
    elements: dict
    required: true
    suboptions:
      path:
        description: The file.
        type: path
        required: true
      content:
        description: The whole text. Folders on the way are made.
        type: str
      source:
        description: Another file of the server to copy. The difference is not shown.
        type: path
      absent:
        description: Remove the file, or the link.
        type: bool
        default: false
      edits:
        description: Edits of the file's text, in order.
        type: list
        elements: dict
        suboptions:
          match:
            description:
              - Regular expression. With I(line), the lines that it is found in are the setting.
                With I(absent), they are removed. With I(replace), each text that matches is
                replaced; C(^) and C($) match at lines.
              - With I(block), it is the plain first line of a block instead.
            type: str
            required: true
          line:
            description: What the line shall be. More lines that match are removed.
            type: str
          absent:
            description: Remove the lines that match.
            type: bool
            default: false
          replace:
            description: What replaces each match, with groups as in Python's re.
            type: str
          block:
            description: Lines to keep between I(match) and I(end), at the end if they are new.
              Where lines that came behind it could override it, it stands behind those once more.
            type: str
          end:
            description: The last line of a I(block).
            type: str
          after:
            description: Regular expression of the line that a new I(line) follows.
              Without it, or if none matches, a new line comes last.
            type: str
          every:
            description: Put the line behind every line that matches I(after).
            type: bool
            default: false
      validate:
        description: A command that checks the new file, with C(%s) in place of its path.
        type: str
      missing:
        description: What to do when a file to be edited does not exist.
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
        description: The file's mode, as octal digits. New files have 0644 without it.
        type: str
  secrets:
    description: Values that must not be shown. C(@name@) in a I(line) stands for one.
    type: dict
    default: {}
author:
  - selfhost
"""

EXAMPLES = r"""
- name: Keep logs for three days
  text_files:
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
    return _ended(text) + line + "\n"


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


def set_block(text, begin, end, block):
    """The text with the block between its two lines where it stands, or at the end.

    Lines behind it may need what it sets, so it stays; they shall not override it, so it comes
    again behind them.
    """
    new = f"{begin}\n{_ended(block)}{end}\n"
    old = re.compile(f"^{re.escape(begin)}\n.*?^{re.escape(end)}(?:\n|\\Z)", re.S | re.M)
    before, *following = old.split(text)
    behind = "".join(following)
    if not behind.strip():
        return _ended(before) + new + behind
    return _ended(before) + new + _ended(behind) + new


def remove_lines(text, match):
    """The text without the lines that match."""
    found = re.compile(match)
    return "\n".join(line for line in text.split("\n") if not found.search(line))


def _ended(text):
    return text if not text or text.endswith("\n") else text + "\n"


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
        elif edit.get("block") is not None:
            text = set_block(text, match, edit["end"], edit["block"])
        elif line is not None and edit.get("every"):
            text = set_after_each(text, line, edit["after"])
        elif line is not None:
            text = set_line(text, match, line, edit.get("after"))
        else:
            raise ValueError(f"an edit says nothing to do (match: {match})")
    return text


def wanted(item, before, secrets, read):
    """The text that a file shall have; None for a file that shall not be there.

    ``read`` gives the text of another file. Raises ValueError for an item that is not clear.
    """
    if item.get("absent"):
        return None
    if item.get("content") is not None:
        return item["content"]
    if item.get("source") is not None:
        return read(item["source"])
    if item.get("edits") is not None:
        return apply_edits(before, item["edits"], secrets)
    raise ValueError("it has none of content, source, edits, absent")


def _read(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as stream:
        return stream.read()


def _check(module, command, text):
    """What a checker says against the new text; None when it says nothing."""
    with tempfile.TemporaryDirectory(dir=module.tmpdir) as folder:
        candidate = os.path.join(folder, "candidate")
        with open(candidate, "w", encoding="utf-8", errors="surrogateescape") as stream:
            stream.write(text)
        words = [word.replace("%s", candidate) for word in command.split()]
        code, out, err = module.run_command(words)
    return None if code == 0 else (err or out).strip()


def _write(module, item, text, new):
    folder = os.path.dirname(item["path"])
    if not os.path.isdir(folder):
        os.makedirs(folder, mode=0o755)
    handle, temporary = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as stream:
        stream.write(text)
    if new:
        os.chmod(temporary, int(item["mode"] or "0644", 8))  # noqa: PTH101
    module.atomic_move(temporary, item["path"])  # keeps the owner and mode of an old file


def _attributes(module, item, changed):
    given = {name: item[name] for name in ("path", "owner", "group", "mode")}
    others = ("seuser", "serole", "selevel", "setype", "attributes")
    arguments = module.load_file_common_arguments(dict.fromkeys(others), path=item["path"])
    arguments.update(given)
    return module.set_fs_attributes_if_different(arguments, changed)


def _settle(module, item, diffs):
    """Bring one file into its state; whether that was, or in check mode would be, a change."""
    path = item["path"]
    there = os.path.lexists(path)
    edited = item["edits"] is not None
    if edited and not there:
        if item["missing"] == "skip":
            return False
        if module.check_mode:
            return True
        module.fail_json(msg=f"{path} does not exist")
    before = _read(path) if there and os.path.isfile(path) else ""
    try:
        after = wanted(item, before, module.params["secrets"], _read)
    except (ValueError, re.error, OSError) as error:
        module.fail_json(msg=f"{path}: {error}")
    if after is None:
        if there and not module.check_mode:
            os.unlink(path)
        return there
    changed = not there or after != before
    if changed:
        wrong = _check(module, item["validate"], after) if item["validate"] else None
        if wrong is not None:
            module.fail_json(msg=f"{path} was not changed, it would be invalid: {wrong}")
        if item["source"] is None:
            names = {"before_header": path, "after_header": path}
            diffs.append(dict(names, before=before, after=after))
        if module.check_mode:
            return True
        _write(module, item, after, not there)
    return _attributes(module, item, changed)


def main():
    from ansible.module_utils.basic import AnsibleModule

    edit = {
        "match": {"type": "str", "required": True},
        "line": {"type": "str"},
        "absent": {"type": "bool", "default": False},
        "replace": {"type": "str"},
        "block": {"type": "str"},
        "end": {"type": "str"},
        "after": {"type": "str"},
        "every": {"type": "bool", "default": False},
    }
    files = {
        "path": {"type": "path", "required": True},
        "content": {"type": "str"},
        "source": {"type": "path"},
        "absent": {"type": "bool", "default": False},
        "edits": {"type": "list", "elements": "dict", "options": edit},
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
    changed = [item["path"] for item in module.params["files"] if _settle(module, item, diffs)]
    module.exit_json(changed=bool(changed), files=changed, diff=diffs)


if __name__ == "__main__":
    main()
