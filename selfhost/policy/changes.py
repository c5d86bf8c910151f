"""Changes of a promise in words. Pure."""

from selfhost.policy.catalogue import said, text
from selfhost.policy.in_force import differences
from selfhost.policy.model import Promise


def described(was: Promise, now: Promise, language: str) -> list[str]:
    """Each difference in a sentence."""
    lines = []
    for one in differences(was, now):
        old = said(one.was, language) if one.was else ""
        new = said(one.now, language) if one.now else ""
        if one.was is None:
            lines.append(text(language, "change.added", now=new))
        elif one.now is None:
            lines.append(text(language, "change.removed", was=old))
        elif old == new:
            lines.append(text(language, "change.binding", now=new))
        else:
            lines.append(text(language, "change.changed", was=old, now=new))
    if was.notice_days != now.notice_days:
        lines.append(text(language, "change.notice", was=was.notice_days, now=now.notice_days))
    return lines
