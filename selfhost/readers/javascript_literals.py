"""Literals of JavaScript, and its conversions between numbers and strings."""

import math
import re

_ESCAPE = re.compile(
    r"\\(?:\r\n|u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL
)
_PLAIN = {"n": "\n", "t": "\t", "b": "\b", "v": "\v", "f": "\f", "r": "\r", "0": "\0"}
_LINE_ENDS = "\r\n\u2028\u2029"
_DECIMAL = re.compile(r"[+-]?(?:Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")
_PREFIXED = re.compile(r"0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)")
_ODD_REGEX = re.compile(
    r"\(\?(?:P|#|>|[a-zA-Z-]|<(?![=!]))|[*+?}]\+|\\[pPkgAZN]|\\[0-9]|\[\^?\]|--|&&"
)


def string_is_valid(raw: str, *, strict: bool) -> bool:
    """Whether the text between the quotes holds only escapes that a browser accepts."""
    if "\n" in raw or "\r" in raw:  # noqa: SIM102
        if re.search(r"(?<!\\)(?:\\\\)*(?:\n|\r)", raw.replace("\\\r\n", "")):
            return False
    for match in _ESCAPE.finditer(raw):
        if match[1] and int(match[1], 16) > 0x10FFFF:
            return False
        letter = match[4]
        if letter in ("x", "u"):
            return False
        if letter and letter.isdigit() and strict:
            digit_follows = raw[match.end() : match.end() + 1].isdigit()
            if letter != "0" or digit_follows:
                return False
    return True


def unescape(raw: str) -> str | None:
    """The text a string literal stands for; ``None`` for octal escapes and lone surrogates."""
    if "\\" not in raw:
        return raw
    octal = False

    def one(match: re.Match[str]) -> str:
        nonlocal octal
        for group in (1, 2, 3):
            if match[group]:
                return chr(int(match[group], 16))
        letter = match[4]
        if letter is None or letter in _LINE_ENDS:
            return ""
        if letter in "123456789" or (
            letter == "0" and raw[match.end() : match.end() + 1] in tuple("0123456789")
        ):
            octal = True
        return _PLAIN.get(letter, letter)

    text = _ESCAPE.sub(one, raw)
    return None if octal else join_surrogates(text)


def join_surrogates(text: str) -> str | None:
    """Pairs of surrogates as one character; ``None`` if a single one is left."""
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        return None


def number(text: str) -> float | None:
    """The value of a number literal; ``None`` for big integers."""
    digits = text.replace("_", "").lower()
    if digits.endswith("n") and not digits.startswith("0x"):
        return None
    if digits.startswith("0x") and digits.endswith("n"):
        return None
    try:
        if digits[:2] in ("0x", "0o", "0b"):
            return float(int(digits, 0))
        if re.fullmatch(r"0[0-7]+", digits):
            return float(int(digits, 8))
        return float(digits)
    except (ValueError, OverflowError):
        return None


def to_number(text: str) -> float | None:
    """A string as a number, as JavaScript converts it; ``None`` if that is not certain."""
    stripped = text.strip(" \t\n\r\v\f")
    if not stripped:
        return 0.0
    if not stripped.isascii() or len(stripped) > 400:
        return None
    if _DECIMAL.fullmatch(stripped):
        return float(stripped.replace("Infinity", "inf"))
    if _PREFIXED.fullmatch(stripped):
        try:
            return float(int(stripped, 0))
        except OverflowError:
            return math.inf
    return math.nan


def number_text(value: float) -> str:
    """A number as a string, as JavaScript writes it."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    if fraction == "0":
        fraction = ""
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or "0")
    if whole.strip("0") == "":
        point = -(len(fraction) - len(fraction.lstrip("0"))) + int(exponent or "0")
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    power = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return f"{sign}{digits[0]}{'.' + digits[1:] if count > 1 else ''}{power}"


def regex_is_plain(literal: str) -> bool:
    """Whether a regular expression literal is certainly one that a browser accepts."""
    body, _, flags = literal[1:].rpartition("/")
    if len(set(flags)) < len(flags) or set(flags) - set("dgimsuy") or len(body) > 2000:
        return False
    if _ODD_REGEX.search(body) or ("u" in flags and "\\" in body):
        return False
    try:
        re.compile(body)
    except (re.error, RecursionError, OverflowError):
        return False
    return True
