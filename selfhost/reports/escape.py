"""Text from an audited host, made harmless for a terminal."""

import unicodedata

#: Format characters that reorder or hide text (bidirectional controls, zero-width, tags).
_HIDING = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def printable(text: str) -> str:
    """``text`` with control and format characters shown as escapes, tabs as one space.

    What is left cannot move the cursor, change colours or reorder what a reader sees.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character == "\t":
        return " "
    if unicodedata.category(character) in _HIDING:
        code = ord(character)
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}"
    return character
