"""Collects evidence; the one part of selfhost that runs on the audited server.

Sent as program text over one SSH session, so it is one file, needs nothing but Python 3.9, and
changes nothing: files are opened for reading without touching their access time, commands are
those of the plan, run without a shell. Secrets are replaced here, before anything leaves the
server, by ``REDACTED_`` and 8 hexadecimal digits of a keyed hash, so that equality can be seen
and nothing be guessed. The parts: redaction, files, commands, probes, the run.
"""

import base64
import errno
import fnmatch
import functools
import grp
import hashlib
import hmac
import json
import os
import pwd
import re
import selectors
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import threading
import time
import zlib
from typing import Any, Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Set, Tuple

FORMAT = 1
MAX_TOTAL = 32 * 1024 * 1024  # bytes of content in one run
MAX_MATCHES = 2000  # files of one pattern
MAX_LISTED = 20000  # names of one listing
MAX_LINKS = 40
MAX_DESCRIPTORS = 200000
MAX_RUN_SECONDS = 120

Record = Dict[str, Any]

# -- redaction ---------------------------------------------------------------------------------

_HINT = re.compile(
    r"pass|pw|secret|token|key|cred|auth|cookie|dsn|psk|jwt|bearer|header|salt|hmac|grant", re.I
)
_KEY_CHARACTERS = re.compile(r"[\w.$-]*", re.A)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_ENDINGS = (
    *("password", "passwords", "passwd", "passwort", "passphrase", "passcode", "pwd", "secret"),
    *("secrets", "token", "tokens", "apikey", "apikeys", "appkey", "authkey", "privatekey"),
    *("secretkey", "accesskey", "streamkey", "credential", "credentials", "cookie", "cookies"),
    *("dsn", "psk", "jwt", "bearer", "authorization", "authpass", "userpass", "sippass"),
    *("pw", "salt", "headervalue"),
)
#: Words behind the noun that do not change what it is: ``secret_2``, ``password_hash``.
_QUALIFIERS = frozenset(
    "value base old new current previous default prod dev test primary secondary raw plain text "
    "string hash hashed encoded base64 b64 b hex data id v".split()
)
#: What stands before a noun that is no secret there: ``proxy_pass``, ``server_tokens``.
_HARMLESS_BEFORE = {
    "pass": frozenset("proxy fastcgi uwsgi scgi grpc memcached by".split()),
    "tokens": frozenset("max min num server stop count total".split()),
    "token": frozenset("max min num stop".split()),
    "key": frozenset("certificate cert ssl tls public pub cache primary foreign sort hot".split()),
    "keys": frozenset("certificate cert public pub cache accepted authorized hot".split()),
}
_SWITCH = re.compile(
    r"(?:true|false|yes|no|on|off|none|null|nil|undefined|unset|auto|required|optional|enabled?"
    r"|disabled?|default|any|all|never|always|bearer|basic|token|prompt)|[-+]?\d{1,4}(?:\.\d{1,4})?"
    r"\s?(?:%|[a-z]{1,2}|milliseconds?|seconds?|minutes?|hours?|days?)?",
    re.I,
)
_PATH = re.compile(r"(?:file:(?://)?)?(?:~|\.{1,2})?(?:/[\w.@+*%-]+)+/?", re.A)
_REFERENCE = re.compile(
    r"\$\w+|\$\{\??[\w.]+\}|%\w+%|\{\{[^{}]*\}\}|<<[^<>]*>>|\{\w*\}|[-=+?]?REDACTED_[0-9a-f]{8}[\\\s]*",
    re.A,
)
_DEFAULTED = re.compile(r"(\$\{\w+:?[-=+?])(.*)\}", re.A | re.S)
_RANDOM = re.compile(r"(?=[^\d]*\d)(?=[^A-Za-z]*[A-Za-z])[\w+/=-]{16,}", re.A)
_MIXED = re.compile(r"(?=[^\d]*\d)(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])[\w+=-]{20,}", re.A)

_SEPARATOR = re.compile(
    r"(?:\[[^\]\r\n]{0,80}\])?[\"'`]?[ \t]*\]?[ \t]*"
    r"(?:===?|!==?|=>|\+=|:=|\?=|~=|=|:(?!//))[ \t]*"
)
_VALUE_OF_NAME = re.compile(
    r"[\"']?\s{0,40},?\s{0,40}[\"']?(?:value|content)[\"']?\s{0,40}[:=]\s{0,40}", re.I
)
_NAMED = re.compile(r"\b(?:name|key|type)[\"']?\s{0,20}[:=]\s{0,20}[\"']?\Z", re.I)
_LINE_START = re.compile(
    r"[\s#;!/*-]*(?:(?:export|set|ENV|ARG|-|Environment=|SetEnv|(?:Request)?Header[ \t]+"
    r"(?:always[ \t]+)?(?:set|add|append|merge))[ \t]*)?[\"']?\Z",
    re.A,
)
_NGINX_BEFORE = re.compile(
    r"(?:^|[;{#])\s*(?:(?:(?:proxy|grpc)_set_header|add_header|more_set_\w+|set|js_var"
    r"|(?:fastcgi|uwsgi|scgi)_param)[ \t]+)?[\"']?\Z"
)
_STRINGS = (
    re.compile(r'"""(?P<inner>.*?)"""', re.S),
    re.compile(r"\[(?P<level>=*)\[(?P<inner>.*?)\](?P=level)\]", re.S),
    re.compile(r"`(?P<inner>(?:[^`\\]|\\.)*)`", re.S),
)
_QUOTED = {q: re.compile(q + r"(?P<inner>(?:[^" + q + r"\\]|\\.)*)" + q, re.S) for q in "\"'"}
_BLOCK = re.compile(r"[|>][+-]?\d?[ \t]*(?:#[^\n]*)?\r?\n")
_TO_LINE_END = re.compile(r"(?:[^\r\n\\]|\\\r?\n|\\[^\r\n]|\\$)*")
_ONE_TOKEN = re.compile(r"(?![-\"'])[^\s;,\"']+")
_INNER_VALUE = re.compile(r"(?=[\w+/@!#%~-])[^\s\"'`&<>]+", re.A)
_NEXT_PAIR = re.compile(r",\s*[\"']?[\w.-]+[\"']?\s*[=:{]")
_CODE_TOKEN = re.compile(
    r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|[\"'`][^\n]*|\[=*\[|\b\d{5,}\b|[\n;,(){}\[\]]",
    re.S,
)
_CONTINUED = re.compile(r"(?:\.\.|\+|\bor|\|\||\?|:|=|\()\s*\Z")
_CONTINUES = re.compile(r"\s*(?:\.\.|\+|or\b|\|\||\?|:)")

#: Names of groups in which every value counts as a secret.
_HOLDER = re.compile(r"(?:headers|secret[_-]?(?:envs?|data|values))\Z", re.I)
_WORDS_OF_HOCON = re.compile(r"[\w+/@!%~.-][^\r\n\"',#{}\[\]]*(?<![\s])", re.A)
_PARAMETER = re.compile(r"[^\s&#;\"'`<>]*")
_NOTHING = re.compile(r":?[ \t]*(?:#[^\r\n]*)?\r?\n")
_CALL = re.compile(r"\(\s*[\"'`]\Z")
_TAG = re.compile(r"<[A-Za-z][\w-]*\s[^<>]*\Z")
_NEXT_STRING = re.compile(r"[\"'`]\s{0,40},\s{0,40}(?=[\"'`])")
#: An option's value where arguments are a list, of JSON or of YAML.
_NEXT_ARGUMENT = re.compile(
    r"[\"']\s{0,40},\s{0,40}(?=[\"'])(?![\"']-)|[\"']?[ \t]*\r?\n[ \t]*-[ \t]+(?![\"']?-)"
)
_KIND_SECRET = re.compile(r"\bkind[\"']?[ \t]*:[ \t]*[\"']?Secret\b")

_PEM = re.compile(
    r"(-----BEGIN ([A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?)-----)(.*?)(-----END \2-----|\Z)", re.S
)
_PEM_LINE = re.compile(r"^([ \t#;*/-]*)([^\s#;*/-].*?)(\r?)$", re.M)
_BARE_SECRETS = re.compile(
    r"\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*"  # JSON web token
    r"|\b(?:sk|rk|pk)[-_](?:live_|test_|proj-|ant-)?[A-Za-z0-9_-]{20,}|\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bglpat-[\w-]{16,}|\bxox[abprs]-[\w-]{10,}"
    r"|\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}"
    r"|(?<=\bBearer )(?!REDACTED_)(?=\S*\d)[\w.~+/=-]{8,}"
    r"|(?<=\bBasic )(?!REDACTED_)(?=\S*[\d=])[A-Za-z0-9+/]{8,}={0,2}"
    # hashes of passwords; compose files double their dollars
    r"|\${1,2}(?:1|2[abxy]|5|6|y|7|gy|apr1|argon2\w{0,2})\${1,2}"
    r"(?:[\w./=,+-]{1,64}\${1,2}){1,4}[\w./+]{16,}"
    r"|(?:(?<=\{SHA\})|(?<=\{SSHA\})|(?<=\{PLAIN\}))(?!REDACTED_)\S{4,}"
    r"|(?<=/bot)\d{6,12}:[\w-]{16,}"  # Telegram
    r"|(?<=\[)[\w-]{20,64}(?=@\d{3,6}\b)"  # Loggly
    r"|\$2[abxy]\$\d\d\$[\w./]{50,}",
    re.A,
)
_URL = re.compile(r"\b([a-z][a-z0-9+.-]{1,20}://)([^\s\"'`<>]+)", re.I)
_USER_INFO = re.compile(
    r"(\A|(?<=://))([^/\s@:?#]{0,128}):(?!\d{1,5}(?:[/?#]|$))([^\s]{0,256})@(?=[\w\[$])"
)
_QUERY = re.compile(r"([?&;](?:key|sig|signature|code|auth|pw|pass)=)([^&#;\s]+)", re.I)
_USER_OPTION = re.compile(r"(?<!\S)((?:-u|--user|--proxy-user)[ =]?[\"']?[^\s:\"'/]+:)([^\s\"']+)")
#: Programs with a password's option of one letter, and what may stand before its value.
_SHORT_OPTIONS = (
    ("sshpass", "p", r"[ \t]?"),
    ("turnadmin", "p", r"[ \t]?"),
    ("redis-cli", "a", r"[ \t]?"),
    ("ldap[a-z]{3,8}", "w", r"[ \t]?"),
    ("mysql[a-z-]{0,12}", "p", ""),
    ("mariadb[a-z-]{0,12}", "p", ""),
    ("curl", "b", r"[ \t]?"),
)
_WORD = r"(\"[^\"\n]*\"?|'[^'\n]*'?|[^\s\"']+)"
_ARGUMENTS = r"\b(?:[ \t][^\n;|&]{0,200}?)?[ \t]"
#: Secrets that their place tells, and a word that is in every text with one.
_BY_PLACE = tuple(
    (word, re.compile(pattern))
    for word, pattern in (
        *(
            (name.partition("[")[0], r"\b(%s%s-%s%s)%s" % (name, _ARGUMENTS, letter, gap, _WORD))
            for name, letter, gap in _SHORT_OPTIONS
        ),
        (
            "curl",
            r"\b(curl" + _ARGUMENTS + r"-[A-Za-z]{1,6}u[ \t]?[\"']?[^\s:\"'/]{1,64}:)([^\s\"']+)",
        ),
        (
            "prosodyctl",
            r"(\bprosodyctl[^\n]{0,80}?[ \t]register[ \t]+\S{1,128}[ \t]+\S{1,256}[ \t]+)" + _WORD,
        ),
        ("login", r"(\blogin[ \t]+\S{1,128}[ \t]+password[ \t]+)" + _WORD),  # .netrc
        (
            "passwd",
            r"(\becho[ \t]+)" + _WORD + r"(?=[ \t]*\|[ \t]*(?:sudo[ \t]+)?(?:ch)?passwd\b)",
        ),
        (":om", r"(:om(?:mysql|pgsql):(?:[^,;\n]{0,128},){3})([^\s;]+)"),  # rsyslog
        ("@tcp(", r"([\s\"'=][\w.-]{1,64}:)([^\s\"'@]{1,128})(?=@tcp\()"),  # a program in Go
        ("@unix(", r"([\s\"'=][\w.-]{1,64}:)([^\s\"'@]{1,128})(?=@unix\()"),
        *(
            (word, r"([\"']%s[\"'],\s{0,40}[\"'][^\s:\"'/]{1,64}:)([^\s\"']+)" % word)
            for word in ("-u", "--user", "--proxy-user")
        ),
    )
)
_TOLD = re.compile(
    r"(\b(?:password|passwort|passphrase|secret|token|key)[ \t]+(?:is|was|ist|lautet):?[ \t]+"
    r"[\"'`]?)(?=[A-Za-z_!-]*\d)(?=\d*[A-Za-z])([^\s\"'`]{8,})",
    re.I,
)
_NAME_BEHIND = re.compile(
    r"(\bvalue[\"']?[ \t]{0,40}[:=][ \t]{0,40}[\"']?)([^\n\"',{}]{1,256})"
    r"(?=[\"']?[ \t]{0,40}(?:,|\r?\n)[ \t]{0,40}[\"']?name[\"']?[ \t]{0,40}[:=][ \t]{0,40}[\"']?"
    r"([\w.-]{1,128}))"
)
_LINK_SECRET = re.compile(r"(\bsecure_link_md5[ \t]+)([^;\n]+)")
_MAP = re.compile(
    r"(\bmap[ \t]+[\"']?\$(\w+)[\"']?[ \t]+\$\w+\s*\{)"
    r"((?:[^{}\"']|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')*)",
    re.S,
)
_MAPPED = re.compile(
    r"(#[^\n]*|(?:default|include|hostnames|volatile)\b[^;]{0,400};)"
    r"|(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[^\s;\"']+)([^;]{0,400};)",
    re.S,
)
_TURN_USER = re.compile(r"^([ \t#]*user[ \t]*=[ \t]*[^\s:=]+:)([^\s]+)", re.M)

CODE, HOCON, NGINX, LINES, TABLE = "code", "hocon", "nginx", "lines", "table"
_HOCON = (
    *("jicofo.config", "videobridge.config", "jibri.config", "jigasi.hocon", "multitrack.config"),
)


def syntax_of(source: str, path: str) -> str:
    """How values are written in a document; ``TABLE`` output has no keys with secrets."""
    name = path.rsplit("/", 1)[-1].lower()
    if path.startswith("$ "):
        return NGINX if path.startswith("$ nginx") else TABLE
    if source.startswith("nginx."):
        return NGINX
    if name.endswith((".js", ".lua", ".html", ".json", ".lua.bak")):
        return CODE
    if source in ("web.config", "web.interface", "web.page", "prosody.config"):
        return CODE
    return HOCON if source in _HOCON else LINES


@functools.lru_cache(maxsize=4096)
def secrecy(key: str) -> int:
    """2: the value of this key is a secret; 1: it is one if it looks like one; 0: it is not."""
    segments = key.strip(".-$").split(".")
    if any(segment.lower() in ("headers", "http-headers") for segment in segments[:-1]):
        return 2
    words = [word.lower() for word in _WORDS.findall(segments[-1])]
    while words and (words[-1].isdigit() or words[-1] in _QUALIFIERS):
        words.pop()
    if not words:
        return 0
    noun, before = words[-1], words[-2] if len(words) > 1 else ""
    if before in _HARMLESS_BEFORE.get(noun, ()):
        return 0
    if noun in ("pass", "cred", "creds") or noun.endswith(_ENDINGS):
        return 2
    if noun in ("key", "keys"):
        return 2 if before else 1
    return 1 if noun in ("auth", "hmac", "grant") else 0


class Overload(Exception):  # noqa: N818 - what happened, not an error
    """A text that is built to keep the redactor busy; none of it is shown."""


class Redactor:
    """Replaces secrets in text; lines stay where they are and every syntax stays valid."""

    def __init__(self, key: bytes) -> None:
        self.key = key

    def mark(self, secret: str) -> str:
        """What stands for ``secret``: the same for the same secret under one key."""
        raw = secret.encode("utf-8", "surrogateescape")
        return "REDACTED_" + hmac.new(self.key, raw, hashlib.sha256).hexdigest()[:8]

    def content(self, content: bytes, syntax: str) -> bytes:
        """A document's bytes without secrets. Raises Overload."""
        text = content.decode("utf-8", "surrogateescape")
        return self._redact(text, syntax).encode("utf-8", "surrogateescape")

    def text(self, text: str, syntax: str = LINES) -> str:
        """A short text of one of the syntaxes without secrets."""
        try:
            return self._redact(text, syntax)
        except Overload:
            return self.mark(text)

    def _redact(self, text: str, syntax: str) -> str:
        text = _PEM.sub(self._pem, text)
        if syntax in (LINES, CODE) and _KIND_SECRET.search(text):
            text = _without_data(text, self._word)
        if syntax != TABLE:
            text = self._by_key(text, syntax)
            text = _USER_OPTION.sub(self._after_first, text)
            text = _TURN_USER.sub(self._after_first, text) if syntax == LINES else text
            text = self._by_place(text, syntax)
        text = _URL.sub(lambda m: m[1] + self._url_rest(m[1], m[2]), text)
        return _BARE_SECRETS.sub(lambda m: self.mark(m[0]), text)

    def value(self, key: str, value: str) -> str:
        """The value of a variable, known by its name."""
        return self.text(self._value(value, secrecy(key)))

    def arguments(self, arguments: List[str]) -> List[str]:
        """A command line's arguments."""
        out: List[str] = []
        before = ""
        for argument in arguments:
            option = before.startswith("-") and "=" not in before and secrecy(before) == 2
            if option and not argument.startswith("-"):
                argument = self._value(argument, 2)
            elif before in ("-u", "--user", "--proxy-user") and ":" in argument:
                user, _, password = argument.partition(":")
                argument = user + ":" + self._value(password, 2)
            elif out:
                argument = self._short(out, argument)
            before = argument
            out.append(self.text(argument))
        return out

    def _short(self, before: List[str], argument: str) -> str:
        """An argument that may be the value of an option of one letter, or be a secret by place."""
        program = os.path.basename(before[0])
        if before[-3:-2] == ["register"] and any("prosodyctl" in b for b in before[:3]):
            return self._value(argument, 2)
        for name, letter, gap in _SHORT_OPTIONS:
            if not re.fullmatch(name, program):
                continue
            if argument.startswith("-" + letter):
                return "-" + letter + self._value(argument[2:], 2)
            if before[-1] == "-" + letter and gap:
                return self._value(argument, 2)
        return argument

    # A value is replaced unless it is a switch, a small number, a path or a reference.
    def _value(self, value: str, grade: int) -> str:
        bare = value.strip()
        if not grade or not bare or _SWITCH.fullmatch(bare) or _REFERENCE.fullmatch(bare):
            return value
        if grade == 1 and not (_RANDOM.fullmatch(bare) or (":" in bare and "/" not in bare)):
            return value
        if _PATH.fullmatch(bare) and not any(_MIXED.fullmatch(s) for s in bare.split("/")):
            return value
        url = _URL.match(bare)
        if url is not None and url.end() == len(bare):
            return value.replace(bare, self._secret_url(url[1], url[2]))
        default = _DEFAULTED.fullmatch(bare)
        if default is not None:
            return value.replace(bare, default[1] + self._value(default[2], grade) + "}")
        kept = value[: len(value) - len(value.lstrip())], value[len(value.rstrip()) :]
        return kept[0] + self._lined(bare) + kept[1]

    def _lined(self, secret: str) -> str:
        breaks = re.findall(r"\\?\r?\n", secret)
        return self.mark(secret) + "".join(breaks)

    def _secret_url(self, scheme: str, rest: str) -> str:
        user, at, host = rest.rpartition("@")
        authority, slash, path = host.partition("/")
        authority, mark, query = authority.partition("?")
        tail = slash + path if slash else mark + query
        shown = self._value(user, 2) if user else ""
        if user or not tail.strip("/?"):
            return scheme + shown + at + authority + tail
        return scheme + shown + at + authority + tail[0] + self.mark(tail[1:])

    def _url_rest(self, scheme: str, rest: str) -> str:
        rest = _USER_INFO.sub(lambda m: m[2] + ":" + self._value(m[3], 2) + "@", rest)
        rest = _QUERY.sub(lambda m: m[1] + self._value(m[2], 2), rest)
        head, slash, path = rest.partition("/")
        if not slash:
            return rest
        if scheme.lower().startswith("rtmp"):
            application, _, stream = path.partition("/")
            return head + "/" + application + ("/" + self._value(stream, 2) if stream else "")
        parts = [
            self.mark(p) if _MIXED.fullmatch(p) and "REDACTED_" not in p else p
            for p in re.split(r"([/?#&=])", path)
        ]
        return head + slash + "".join(parts)

    def _after_first(self, match: "re.Match[str]") -> str:
        return match[1] + self._word(match[2])

    def _word(self, word: str) -> str:
        """A value, with or without quotes around it."""
        quote = word[:1] if word[:1] in ('"', "'") else ""
        closing = quote if len(word) > 1 and word.endswith(quote) else ""
        inner = word[len(quote) : len(word) - len(closing)]
        return quote + self._value(inner, 2) + closing

    def _by_place(self, text: str, syntax: str) -> str:
        """Without the secrets that no name tells, but the place where they stand."""
        for word, pattern in _BY_PLACE:
            if word in text:
                text = pattern.sub(self._after_first, text)
        text = _TOLD.sub(self._after_first, text)
        text = _NAME_BEHIND.sub(
            lambda m: m[1] + (self._value(m[2], 2) if secrecy(m[3]) == 2 else m[2]), text
        )
        if syntax == NGINX:
            text = _LINK_SECRET.sub(
                lambda m: m[1] + re.sub(r"\$\{?\w+\}?|[^\s$\"']+", self._no_variable, m[2]), text
            )
            text = _MAP.sub(self._map, text)
        return text

    def _no_variable(self, match: "re.Match[str]") -> str:
        return match[0] if match[0].startswith("$") else self._value(match[0], 2)

    def _map(self, match: "re.Match[str]") -> str:
        """nginx's map of a token that visitors show: the tokens that are let in."""
        if secrecy(match[2]) != 2:
            return match[0]
        return match[1] + _MAPPED.sub(
            lambda m: m[1] if m[1] is not None else self._word(m[2]) + m[3], match[3]
        )

    def _pem(self, match: "re.Match[str]") -> str:
        secret = match[3]
        if not re.sub("REDACTED_[0-9a-f]{8}", "", secret).strip(" \t\r\n#;*/-"):
            return match[0]
        if "\n" not in secret:
            body = self.mark(secret)
        else:
            body = _PEM_LINE.sub(lambda m: m[1] + self.mark(secret) + m[3], secret)
        return match[1] + body + match[4]

    def _by_key(self, text: str, syntax: str) -> str:
        out: List[str] = []
        work = [max(1 << 20, 16 * len(text))]  # characters that may be looked at again
        done = position = 0
        while True:
            hit = _HINT.search(text, position)
            if hit is None:
                break
            start = hit.start()
            while start > max(done, hit.start() - 160) and (
                text[start - 1].isalnum() or text[start - 1] in "_.$-"
            ):
                start -= 1
            tail = _KEY_CHARACTERS.match(text, hit.end())
            position = tail.end() if tail is not None else hit.end()
            end = hit.start() + len(text[hit.start() : position].rstrip(".-"))
            key = text[start:end]
            if len(key) > 200:
                continue
            grade = secrecy(key)
            holder = _HOLDER.search(key) is not None
            if not grade and not holder:
                continue
            for begin, stop, replacement in _Values(
                self, text, syntax, start, end, grade or 2, holder, work
            ):
                if begin < done or begin < end:
                    continue
                out += (text[done:begin], replacement)
                done = stop
                position = max(position, stop)
        out.append(text[done:])
        return "".join(out)


Span = Tuple[int, int, str]


class _Values:
    """The values that belong to one key, each with what replaces it."""

    def __init__(
        self,
        redactor: Redactor,
        text: str,
        syntax: str,
        start: int,
        end: int,
        grade: int,
        holder: bool,
        work: List[int],
    ) -> None:
        self._redactor = redactor
        self._text = text
        self._syntax = syntax
        self._start = start
        self._end = end
        self._grade = grade
        self._holder = holder  # only a group of values below this key counts
        self._work = work
        newline = text.rfind("\n", max(0, start - 500), start)
        self._line = newline + 1 if newline >= 0 or start <= 500 else None

    def __iter__(self) -> Iterator[Span]:
        text, start, end = self._text, self._start, self._end
        separator = _SEPARATOR.match(text, end)
        if self._syntax == LINES and text.startswith("(", end):
            return self._group(end) if self._holder else self._called(end + 1)
        if self._holder and self._syntax == LINES:
            if text.startswith("]", end):
                return self._section(end)
            if self._opens(separator):
                return self._below()
        elif self._syntax == LINES and text[start:end] == "secrets" and self._opens(separator):
            return self._below("content")  # of a compose file
        if separator is not None:
            at = separator.end()
            if self._holder:
                group = re.compile(r"\s*[\[{]").match(text, at)
                return self._group(group.end() - 1) if group and self._syntax != NGINX else iter(())
            return self._after_separator(at)
        group = re.compile(r"[\"']?[ \t]*\{").match(text, end)
        if group is not None and self._syntax == HOCON:
            return self._group(group.end() - 1)
        if self._holder:
            return iter(())
        if text[start - 1 : start] == "<":
            return self._element()
        pair = _VALUE_OF_NAME.match(text, end)
        if pair is not None and _NAMED.search(text[max(0, start - 60) : start]):
            return self._after_separator(pair.end(), inner=True)
        return self._after_space()

    def _called(self, at: int) -> Iterator[Span]:
        """syslog-ng's ``password("x")``."""
        string = self._string(at)
        if string is not None:
            return self._span(*string)
        word = re.compile(r"[^\s()\"']{4,}(?=[ \t]*\))").match(self._text, at)
        return self._span(*word.span()) if word is not None else iter(())

    def _section(self, at: int) -> Iterator[Span]:
        """A section of TOML: what the names up to the next section are set to."""
        text, at = self._text, self._line_end(at)
        line = re.compile(
            r"\r?\n(?:[ \t]*[\"']?[\w.-]+[\"']?[ \t]*=[ \t]*([^\r\n]*)|[ \t]*(?:#.*)?(?=\r?\n))"
        )
        while (match := line.match(text, at)) is not None:
            self._spend(match.end() - at)
            if match[1]:
                yield from self._span(*(self._string(match.start(1)) or match.span(1)))
            at = match.end()

    def _opens(self, separator: "Optional[re.Match[str]]") -> bool:
        """Whether a map of YAML begins below the key."""
        at = separator.end() if separator is not None else self._end
        return _NOTHING.match(self._text, at) is not None

    def _below(self, only: str = "") -> Iterator[Span]:
        """A map of YAML: the values in the lines indented deeper than the key's."""
        text, before, at = self._text, self._before(), self._line_end(self._end)
        indent = len(before) - len(before.lstrip(" -"))
        line = re.compile(
            r"\r?\n( *)(?:[\"']?[\w.-]+[\"']?[ \t]*:(?:[ \t]+([^\r\n]*))?|#[^\r\n]*)?"
        )
        while (match := line.match(text, at)) is not None:
            self._spend(match.end() - at)
            shown = len(match[0].strip())
            if shown and len(match[1]) <= indent:
                return
            if match[2] and (not only or match[0].strip().startswith(only + ":")):
                yield from self._span(*(self._string(match.start(2)) or match.span(2)))
            elif not shown and not re.compile(r"\r?\n|\Z").match(text, match.end()):
                return
            at = match.end()

    def _before(self) -> str:
        """The line up to the key; what no pattern matches where that is long."""
        return "\0" if self._line is None else self._text[self._line : self._start]

    def _spend(self, characters: int) -> None:
        self._work[0] -= characters
        if self._work[0] < 0:
            raise Overload

    def _span(self, begin: int, stop: int) -> Iterator[Span]:
        value = self._text[begin:stop]
        self._spend(len(value))
        replaced = self._redactor._value(value, self._grade)
        if replaced != value:
            yield begin, stop, replaced

    def _after_separator(self, at: int, inner: bool = False) -> Iterator[Span]:
        text, start = self._text, self._start
        around = text[start - 1 : start]
        if around and around in "\"'`" and text[self._end : self._end + 1] != around and not inner:
            stop = self._closing(around, at)
            return self._span(at, stop)
        if self._syntax == CODE and around and around in "?&":  # of an address
            return self._span(at, _PARAMETER.match(text, at).end())  # type: ignore[union-attr]
        skipped = re.compile(r"[ \t]*(?:\r?\n[ \t]*)?").match(text, at)
        first = skipped.end() if skipped and text[skipped.end() : skipped.end() + 1] else at
        quoted = text[self._end : self._end + 1] in ('"', "'")
        if self._syntax not in (CODE, HOCON) or (
            quoted and text[first : first + 1] not in "\"'`[{"
        ):
            first = at
        opening = text[first : first + 1]
        if self._syntax == CODE and opening not in ("[", "{"):
            attribute = opening in "\"'" and text[first - 1] == "=" and _TAG.search(self._before())
            string = self._string(first) if opening and attribute else None
            return self._span(*string) if string is not None else self._statement(first)
        string = self._string(first)
        if string is not None:
            return self._strings(*string) if self._syntax == HOCON else self._span(*string)
        if opening and opening in "[{" and self._syntax != NGINX:
            return self._group(first)
        block = _BLOCK.match(text, at)
        if block is not None:
            return self._block(block.end())
        return self._bare(at)

    def _string(self, at: int) -> Optional[Tuple[int, int]]:
        """The inner span of the string literal that starts here."""
        text = self._text
        for pattern in _STRINGS:
            match = pattern.match(text, at) if text.startswith(('"""', "[", "`"), at) else None
            if match is not None:
                self._spend(match.end() - at)
                return match.span("inner")
        if text.startswith('"""', at) and self._syntax == HOCON:  # nobody ends it
            return at + 3, min(len(text), at + 8192)
        quote = text[at : at + 1]
        if quote not in _QUOTED or not quote:
            return None
        match = _QUOTED[quote].match(text, at, min(len(text), at + 8192))
        self._spend(match.end() - at if match else 8192)
        multiline = self._syntax in (LINES, TABLE)
        if match is not None and (multiline or "\n" not in match["inner"].replace("\\\n", "")):
            return match.span("inner")
        return at + 1, self._line_end(at)

    def _strings(self, begin: int, stop: int) -> Iterator[Span]:
        """A string of HOCON and those that follow it in its line, which makes them one."""
        yield from self._span(begin, stop)
        more = re.compile(r"\"{1,3}[ \t]+(?=\")")
        while (gap := more.match(self._text, stop)) is not None:
            string = self._string(gap.end())
            if string is None:
                return
            yield from self._span(*string)
            stop = string[1]

    def _closing(self, quote: str, at: int) -> int:
        match = re.compile(r"(?:[^" + quote + r"\\\n]|\\.)*", re.S).match(self._text, at)
        self._spend(match.end() - at if match else 0)
        return match.end() if match else at

    def _line_end(self, at: int) -> int:
        match = re.compile(r"[^\r\n]*").match(self._text, at)
        self._spend(match.end() - at if match else 0)
        return match.end() if match else at

    def _bare(self, at: int) -> Iterator[Span]:
        text = self._text
        whole_line = _LINE_START.match(self._before()) is not None
        if whole_line and self._syntax != NGINX:
            match = _TO_LINE_END.match(text, at)
            if self._syntax == HOCON:
                match = re.compile(r"[^\r\n]*").match(text, at)
        else:
            match = _INNER_VALUE.match(text, at)
            if self._syntax == HOCON and not text.startswith("$", at):
                match = _WORDS_OF_HOCON.match(text, at) or match
        if match is None:
            return iter(())
        value = match[0]
        self._spend(len(value))
        if self._syntax == HOCON or not whole_line:
            another = _NEXT_PAIR.search(value)
            value = value[: another.start()] if another else value
            if self._syntax == HOCON and "#" not in value and "//" not in value.strip():
                value = value.split("}")[0] if "{" not in value else value
        return self._span(at, at + len(_without_closers(value)))

    def _statement(self, at: int) -> Iterator[Span]:
        """Every string of the expression that a program assigns: ``getenv("X") or "fallback"``."""
        text, depth, position = self._text, 0, at
        limit = at + 4096
        while position < limit:
            self._spend(8)
            token = _CODE_TOKEN.search(text, position, min(len(text), limit))
            self._spend((token.end() if token else min(len(text), limit)) - position)
            if token is None:
                return
            sign, position = token[0], token.end()
            if sign == "\n":
                if not depth and not _CONTINUED.search(
                    text[max(at, token.start() - 4) : token.start()]
                ):
                    if not _CONTINUES.match(text, position):
                        return
            elif sign[0] == "[" and sign.endswith("[") and len(sign) > 1:
                string = _STRINGS[1].match(text, token.start())
                if string is None:
                    return
                yield from self._span(*string.span("inner"))
                position = string.end()
            elif sign in "([{":
                depth += 1
            elif sign in ")]}":
                if depth == 0:
                    return
                depth -= 1
            elif sign in ",;":
                if depth == 0:
                    return
            elif sign[0] in "\"'`":
                closed = len(sign) > 1 and sign[-1] == sign[0]
                yield from self._span(token.start() + 1, token.end() - closed)
            else:
                yield from self._span(token.start(), token.end())

    def _group(self, at: int) -> Iterator[Span]:
        """Every value in the brackets that open here; the names in it stay."""
        text, depth, position = self._text, 0, at
        limit = min(len(text), at + 65536)
        bare = re.compile(r"[=:]\s*(?=[^\s\"'\[{`=:])([^\s,;{}\[\]\"'#]+)")
        tokens = re.compile(
            r'"""|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|`(?:[^`\\]|\\.)*`|[\[{(\])}]'
            r"|(?:#|//|--(?!\[))[^\n]*|[=:]",
            re.S,
        )
        while position < limit:
            token = tokens.search(text, position, limit)
            self._spend((token.end() if token else limit) - position)
            if token is None:
                return
            sign, position = token[0], token.end()
            if sign == '"""':
                string = _STRINGS[0].match(text, token.start())
                if string is None:
                    return
                yield from self._span(*string.span("inner"))
                position = string.end()
            elif sign[0] in "\"'`":
                if not re.compile(r"\s*\]?\s*[=:](?!=)").match(text, position):
                    yield from self._span(token.start() + 1, token.end() - 1)
            elif sign in "[{(":
                depth += 1
            elif sign in ")}]":
                depth -= 1
                if depth <= 0:
                    return
            elif sign in "=:":
                value = bare.match(text, token.start())
                if value is not None and self._syntax != CODE:
                    yield from self._span(*value.span(1))
                    position = value.end()

    def _block(self, at: int) -> Iterator[Span]:
        """A YAML block: the lines indented deeper than the key's."""
        text = self._text
        before = self._before()
        indent = len(before) - len(before.lstrip(" "))
        pattern = re.compile(r"( *)([^\r\n]*)(?:\r?\n|\Z)")
        while at < len(text):
            match = pattern.match(text, at)
            self._spend(len(match[0]) if match else 0)
            if match is None or (match[2] and len(match[1]) <= indent):
                return
            if match[2]:
                yield from self._span(*match.span(2))
            at = match.end()

    def _element(self) -> Iterator[Span]:
        match = re.compile(r"[^<>\r\n]{0,200}>([^<]*)<").match(self._text, self._end)
        return self._span(*match.span(1)) if match is not None else iter(())

    def _after_space(self) -> Iterator[Span]:
        """``--option value``, nginx's ``name value;`` and turnserver's ``name value``."""
        text, start, end = self._text, self._start, self._end
        if self._syntax in (CODE, LINES):
            listed = _NEXT_ARGUMENT if text[start] == "-" else None
            if self._syntax == CODE and _CALL.search(self._before()):
                listed = _NEXT_STRING
            gap = listed.match(text, end) if listed is not None else None
            if gap is not None:
                return self._span(
                    *(self._string(gap.end()) or (gap.end(), self._line_end(gap.end())))
                )
        gap = re.compile(r"[\"']?[ \t]+(?:\\\r?\n[ \t]*)?").match(text, end)
        if gap is None or self._syntax in (CODE, HOCON):
            return iter(())
        line = self._before()
        if text[start] == "-" or (self._syntax == NGINX and _NGINX_BEFORE.search(line)):
            string = self._string(gap.end())
            if string is not None:
                return self._span(*string)
            token = _ONE_TOKEN.match(text, gap.end())
            return self._span(*token.span()) if token is not None else iter(())
        if self._syntax != LINES or not _LINE_START.match(line):
            return iter(())
        rest = text[gap.end() : self._line_end(gap.end())]
        if len(rest.split()) == 1:
            string = self._string(gap.end())
            return self._span(*(string or (gap.end(), gap.end() + len(rest.rstrip()))))
        return iter(())


def _without_closers(value: str) -> str:
    """A bare value without the separators and closing brackets that are not its own."""
    while True:
        shorter = value.rstrip(" \t\r\n,;")
        if shorter and shorter[-1] in ")}]":
            opening = "([{"[")]}".index(shorter[-1])]
            if shorter.count(shorter[-1]) > shorter.count(opening):
                shorter = shorter[:-1]
        if shorter == value:
            return value
        value = shorter


_DATA = ("data", "stringData")
_JSON_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[{}]|:|,', re.S)
_YAML_KEY = re.compile(r"^( *(?:- +)*)([\"']?[\w./-]+[\"']?)[ \t]*:(?:[ \t]+(.*))?$")


def _without_data(text: str, hide: Callable[[str], str]) -> str:
    """Manifests without what the Secrets in them hold, whatever its names are."""
    return _without_data_yaml(_without_data_json(text, hide), hide)


def _without_data_json(text: str, hide: Callable[[str], str]) -> str:
    # Of each open object: whether it is a Secret, and the strings of its data.
    objects: List[Tuple[List[bool], List[Tuple[int, int]]]] = []
    found: List[Tuple[int, int]] = []
    key = last = ""
    names: List[str] = []
    for token in _JSON_TOKEN.finditer(text):
        sign = token[0]
        if sign == "{":
            objects.append(([False], []))
            names.append(key)
            key = ""
        elif sign == "}":
            if objects:
                kind, strings = objects.pop()
                found += strings if kind[0] else []
                names.pop()
            key = ""
        elif sign == ":":
            key = last
        elif sign == ",":
            key = ""
        else:
            last = sign[1:].rstrip('"')
            if objects and key == "kind" and last == "Secret":
                objects[-1][0][0] = True
            if key and len(objects) > 1 and names[-1] in _DATA:
                objects[-2][1].append((token.start() + 1, token.start() + 1 + len(last)))
    out, done = [], 0
    for begin, stop in sorted(found):
        out += [text[done:begin], hide(text[begin:stop])]
        done = stop
    return "".join([*out, text[done:]])


def _without_data_yaml(text: str, hide: Callable[[str], str]) -> str:
    lines = text.split("\n")
    keys = [_YAML_KEY.match(line.rstrip("\r")) for line in lines]
    done = 0
    for number, line in enumerate(lines):
        here = keys[number]
        if here is None or number < done or not _KIND_SECRET.match(line, len(here[1])):
            continue
        column = len(here[1])
        first = number
        while first > done and "-" not in lines[first][:column] and _deep(lines[first - 1], column):
            first -= 1
        last = number
        while last + 1 < len(lines) and _deep(lines[last + 1], column, item=False):
            last += 1
        _hide_data(lines, keys, range(first, last + 1), column, hide)
        done = last + 1
    return "\n".join(lines)


def _deep(line: str, column: int, item: bool = True) -> bool:
    """Whether a line belongs to the map whose keys stand in a column."""
    bare = line.lstrip(" -" if item else " ")
    return not bare.strip() or (len(line) - len(bare) >= column and not line.startswith("---"))


def _hide_data(
    lines: List[str],
    keys: List[Any],
    region: Iterable[int],
    column: int,
    hide: Callable[[str], str],
) -> None:
    inside, level = False, 0
    for number in region:
        line, key = lines[number], keys[number]
        depth = len(key[1]) if key is not None else len(line) - len(line.lstrip(" "))
        if line.strip() and depth <= column:
            inside, level = key is not None and key[2].strip("\"'") in _DATA, 0
            if inside and key[3] and key[3].startswith("{"):
                head = line.index("{")
                lines[number] = line[:head] + re.sub(
                    r"(:[ \t]*)([^,{}\s]+)", lambda m: m[1] + hide(m[2]), line[head:]
                )
            continue
        if not inside or not line.strip():
            continue
        level = level or depth
        if key is not None and depth == level:
            if key[3] and key[3][0] not in "|>":
                head = line.index(key[3], line.index(":"))
                lines[number] = line[:head] + hide(key[3].strip()) + line[head + len(key[3]) :]
        else:
            lines[number] = line[:depth] + hide(line.strip()) + line[len(line.rstrip()) :]


# -- files -------------------------------------------------------------------------------------


class Look(NamedTuple):
    """What is at a path: ``kind`` is file, directory, null (``/dev/null``) or other."""

    kind: str
    size: int
    mode: str
    owner: str
    link: str  # where the path itself leads, if it is a symbolic link


class Disk:
    """Files below ``root``. Symbolic links are followed, but never out of ``root``.

    ``resolve`` is off for a root that only the kernel can follow, such as ``/proc/1/root``.
    """

    def __init__(self, root: str = "/", resolve: bool = True) -> None:
        self._root = (os.path.realpath(root) if resolve else root).rstrip("/")
        self._users: Dict[int, str] = {}
        self._groups: Dict[int, str] = {}
        if self._root:
            self._users = self._names_of("/etc/passwd")
            self._groups = self._names_of("/etc/group")

    def names(self, directory: str) -> List[str]:
        """The names in a directory, sorted. Raises OSError."""
        return sorted(os.listdir((self._root + self._resolve(directory)) or "/"))

    def look(self, path: str) -> Look:
        """What the path leads to. Raises OSError."""
        link = ""
        own = self._root + self._resolve(path, last=False)
        if stat.S_ISLNK(os.lstat(own).st_mode):
            link = os.readlink(own)
        real = self._resolve(path)
        found = os.lstat((self._root + real) or "/")
        if stat.S_ISREG(found.st_mode):
            kind = "file"
        elif stat.S_ISDIR(found.st_mode):
            kind = "directory"
        else:
            kind = "null" if real == "/dev/null" else "other"
        owner = "%s:%s" % (self._user(found.st_uid), self._group(found.st_gid))
        return Look(kind, found.st_size, "%04o" % stat.S_IMODE(found.st_mode), owner, link)

    def read(self, path: str, limit: int) -> bytes:
        """At most ``limit`` bytes of a regular file. Raises OSError."""
        real = self._root + self._resolve(path)
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            handle = os.open(real, flags | getattr(os, "O_NOATIME", 0))
        except PermissionError:  # only root and the owner may leave the access time alone
            handle = os.open(real, flags)
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise OSError(errno.EINVAL, "not a regular file")
            return stream.read(limit)

    def _resolve(self, path: str, last: bool = True) -> str:
        """The path without symbolic links, relative to the root, as a program there sees it."""
        waiting = [part for part in reversed(path.split("/")) if part not in ("", ".")]
        real: List[str] = []
        links = 0
        while waiting:
            part = waiting.pop()
            if part == "..":
                real = real[:-1]
                continue
            here = "/".join(["", *real, part])
            if not waiting and not last:
                return here
            if stat.S_ISLNK(os.lstat(self._root + here).st_mode):
                links += 1
                if links > MAX_LINKS:
                    raise OSError(errno.ELOOP, "too many symbolic links")
                target = os.readlink(self._root + here)
                if target.startswith("/"):
                    real = []
                waiting += [p for p in reversed(target.split("/")) if p not in ("", ".")]
            else:
                real.append(part)
        return "/".join(["", *real]) if real else ""

    def _names_of(self, path: str) -> Dict[int, str]:
        try:
            lines = self.read(path, 1 << 20).decode("utf-8", "replace").splitlines()
        except OSError:
            return {}
        fields = [line.split(":") for line in lines]
        return {int(f[2]): f[0] for f in fields if len(f) > 2 and f[2].isdigit()}

    def _user(self, number: int) -> str:
        if number not in self._users:
            try:
                self._users[number] = str(number) if self._root else pwd.getpwuid(number).pw_name
            except KeyError:
                self._users[number] = str(number)
        return self._users[number]

    def _group(self, number: int) -> str:
        if number not in self._groups:
            try:
                self._groups[number] = str(number) if self._root else grp.getgrgid(number).gr_name
            except KeyError:
                self._groups[number] = str(number)
        return self._groups[number]


def expand(disk: Any, pattern: str, hidden: bool = False) -> List[str]:
    """The existing paths that match, sorted. Raises OSError where looking is not possible."""
    found = [""]
    parts = pattern.strip("/").split("/")
    for part in parts:
        below: List[str] = []
        for base in found:
            if not any(sign in part for sign in "*?["):
                below.append(base + "/" + part)
                continue
            try:
                names = disk.names(base or "/")
            except (FileNotFoundError, NotADirectoryError):
                continue
            matching = [n for n in names if fnmatch.fnmatchcase(n, part)]
            below += [base + "/" + n for n in matching if hidden or part[0] == "." or n[0] != "."]
        found = below
        if len(found) > MAX_LISTED:
            raise OSError(errno.E2BIG, "more than %d names" % MAX_LISTED)
    return found


def _record(source: str, path: str, state: str, **more: Any) -> Record:
    record = {"source": source, "path": path, "state": state, "sha256": ""}
    record.update(reason="", mode="", owner="", target="")
    record.update(more)
    content = record.pop("content", b"")
    return dict({name: _plain(text) for name, text in record.items()}, content=content)


def _plain(text: str) -> str:
    """A name that is not UTF-8 with U+FFFD where it is not."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _trouble(source: str, path: str, error: OSError, is_pattern: bool = False) -> Record:
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return _record(source, path, "absent")
    if isinstance(error, PermissionError):
        return _record(source, path, "denied", reason="permission denied")
    if error.errno == errno.E2BIG:
        return _record(source, path, "too-large", reason=error.strerror)
    return _record(source, path, "failed", reason=error.strerror or "cannot be read")


def _too_large(limit: int) -> str:
    return "more than %d bytes" % limit


def _read_files(step: Record, disk: Any, redactor: Redactor) -> Iterator[Record]:
    source, seen = step["name"], set()  # type: str, Set[str]
    for place in step["places"]:
        is_pattern = any(sign in place for sign in "*?[")
        try:
            paths = expand(disk, place)
        except OSError as error:
            yield _trouble(source, place, error)
            continue
        if len(paths) > MAX_MATCHES:
            yield _record(source, place, "too-large", reason="more than %d files" % MAX_MATCHES)
            continue
        count = 0
        for path in paths:
            if path in seen:
                count += 1
                continue
            record = read_file(source, path, disk, redactor, step["max_bytes"], is_pattern)
            if record is not None:
                seen.add(path)
                count += 1
                yield record
        if not count:
            yield _record(source, place, "absent")


def read_file(
    source: str, path: str, disk: Any, redactor: Redactor, limit: int, is_pattern: bool = False
) -> Optional[Record]:
    """The document of one file; None for a directory or a dead link that a pattern matched."""
    try:
        found = disk.look(path)
        about = {"mode": found.mode, "owner": found.owner, "target": found.link}
        if found.kind == "directory" and is_pattern:
            return None
        if found.kind == "null":  # how a unit is masked
            digest = hashlib.sha256(b"").hexdigest()
            return _record(source, path, "present", sha256=digest, **about)
        if found.kind != "file":
            return _record(source, path, "failed", reason="not a regular file", **about)
        if found.size > limit:
            return _record(source, path, "too-large", reason=_too_large(limit), **about)
        content = disk.read(path, limit + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None if is_pattern else _record(source, path, "absent")
    except OSError as error:
        return _trouble(source, path, error)
    if len(content) > limit:
        return _record(source, path, "too-large", reason=_too_large(limit), **about)
    return _present(source, path, content, redactor, **about)


def _present(source: str, path: str, raw: bytes, redactor: Redactor, **about: str) -> Record:
    digest = hashlib.sha256(raw).hexdigest()
    try:
        shown = redactor.content(raw, syntax_of(source, path))
    except Overload:
        reason = "its secrets cannot be told from the rest"
        return _record(source, path, "failed", sha256=digest, reason=reason, **about)
    return _record(source, path, "present", content=shown, sha256=digest, **about)


def _list_names(step: Record, disk: Any) -> Iterator[Record]:
    source = step["name"]
    for place in step["places"]:
        lines: List[Record] = []
        try:
            for path in expand(disk, place, hidden=True):
                try:
                    found = disk.look(path)
                except (FileNotFoundError, NotADirectoryError):
                    continue
                size = found.size if found.kind == "file" else 0
                lines.append({"path": _plain(path), "type": found.kind, "size": size})
        except OSError as error:
            yield _trouble(source, place, error)
            continue
        yield _lines(source, place, lines, step["max_bytes"])


def _lines(source: str, path: str, lines: List[Record], limit: int, reason: str = "") -> Record:
    """JSON lines as a document, one item each, so that a line can be cited."""
    if not lines and not path.startswith("probe:"):
        return _record(source, path, "absent")
    text = "".join(json.dumps(line, sort_keys=True) + "\n" for line in lines)
    content = text.encode("ascii")
    if len(content) > limit:
        return _record(source, path, "too-large", reason=_too_large(limit))
    digest = hashlib.sha256(content).hexdigest()
    return _record(source, path, "present", content=content, sha256=digest, reason=reason)


# -- commands ----------------------------------------------------------------------------------

_PROGRAMS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_DENIED = re.compile(
    rb"permission denied|operation not permitted|access denied|must be root|not permitted", re.I
)


class Ran(NamedTuple):
    """How a command ended: ``state`` is present, absent, denied, failed or too-large."""

    state: str
    output: bytes
    reason: str


def run(command: List[str], timeout: float, limit: int) -> Ran:
    """Run a program without a shell and without input."""
    program = shutil.which(command[0], path=_PROGRAMS)
    if program is None:
        return Ran("absent", b"", "not installed")
    home = "/root" if os.geteuid() == 0 else os.environ.get("HOME", "/")
    try:
        process = subprocess.Popen(
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": _PROGRAMS, "LC_ALL": "C", "HOME": home, "SYSTEMD_COLORS": "0"},
            cwd="/",
            start_new_session=True,
        )
    except PermissionError:
        return Ran("denied", b"", "permission denied")
    except OSError as error:
        return Ran("failed", b"", error.strerror or "cannot be run")
    try:
        output, errors, ended = _drain(process, time.monotonic() + timeout, limit)
    finally:
        if process.poll() is None:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
    if len(output) > limit:
        return Ran("too-large", b"", _too_large(limit))
    if not ended:
        return Ran("failed", b"", "no answer within %g seconds" % timeout)
    if process.returncode == 0:
        return Ran("present", output, "")
    if _DENIED.search(errors):
        return Ran("denied", b"", "permission denied")
    lines = errors.decode("utf-8", "replace").strip().splitlines()
    return Ran("failed", b"", lines[0][:300] if lines else "exit code %d" % process.returncode)


def _drain(process: Any, deadline: float, limit: int) -> Tuple[bytes, bytes, bool]:
    """Standard output up to a byte more than ``limit``, standard error up to 64 KiB."""
    kept = {process.stdout: bytearray(), process.stderr: bytearray()}
    with selectors.DefaultSelector() as waiting:
        for stream in kept:
            waiting.register(stream, selectors.EVENT_READ)
        while waiting.get_map():
            left = deadline - time.monotonic()
            ready = waiting.select(left) if left > 0 else []
            if not ready:
                return bytes(kept[process.stdout]), b"", False
            for entry, _ in ready:
                chunk = os.read(entry.fd, 65536)
                if not chunk:
                    waiting.unregister(entry.fileobj)
                elif entry.fileobj is process.stdout or len(kept[process.stderr]) < 65536:
                    kept[entry.fileobj] += chunk
                if len(kept[process.stdout]) > limit:
                    return bytes(kept[process.stdout]), b"", True
    try:
        process.wait(max(0.01, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return b"", b"", False
    return bytes(kept[process.stdout]), bytes(kept[process.stderr]), True


def _run_command(step: Record, redactor: Redactor) -> Record:
    command = list(step["places"])
    source, path = step["name"], "$ " + " ".join(command).replace("\n", "\\n").replace("\t", "\\t")
    if command[0] == "nginx" and shutil.which("nginx", path=_PROGRAMS) and not _runs("nginx"):
        reason = "nginx does not run, and asking it would create its pid file"
        return _record(source, path, "failed", reason=reason)
    state, output, reason = run(command, step["timeout"], step["max_bytes"])
    if state != "present":
        return _record(source, path, state, reason=redactor.text(reason))
    return _present(source, path, output, redactor)


# -- probes ------------------------------------------------------------------------------------

_KERNEL_THREAD = 0x00200000
_MARKER = b"<selfhost>"  # in the command line of the loader that started this program
_UNIT = re.compile(r"([^/]+\.(?:service|scope))(?=/|$)")
_CONTAINER = re.compile(r"(?:docker|libpod|crio|cri-containerd)[-/](?:[a-z]+[-/])?([0-9a-f]{64})")
#: Variables whose value says what runs or where it connects; of others the name is enough.
_TELLING = re.compile(
    r"JAVA_\w*|JDK_\w*|_JAVA_OPTIONS|\w*_OPTS|\w*(?:URL|URI|HOST|ENDPOINT|ADDRESS|SERVER|DSN)S?"
    r"|\w*PROXY|(?:ENABLE|DISABLE)_\w*|\w*_(?:ENABLED?|DISABLED?)|\w*_(?:REGION|MODEL|PROVIDER)"
    # what Skynet, opus-transcriber-proxy and rtcstats-server are told by
    r"|ENABLED_MODULES|BYPASS_AUTHORIZATION|LOG_LEVEL|DEBUG|SKYNET_\w+|LLAMA_PATH|OCI_\w+_ID|HOST"
    r"|REDIS_(?:EXP_SECONDS|USE_TLS)|VECTOR_STORE_PATH|WHISPER_\w+|ECHO_REQUESTS_\w+"
    r"|(?:OPENAI|GEMINI|DEEPGRAM|XAI)_\w+|AZURE_OPENAI_\w+|PROVIDERS_PRIORITY|USE_DISPATCHER"
    r"|DUMP_\w+|BROADCAST_TRANSCRIPTS|TRANSLATE_TRANSCRIPTS|RTCSTATS_\w+",
    re.I,
)


def _slurp(path: str, limit: int = 262144) -> bytes:
    with open(path, "rb") as stream:
        return stream.read(limit)


def _pids() -> List[int]:
    return sorted(int(name) for name in os.listdir("/proc") if name.isdigit())


def _runs(command: str) -> bool:
    for pid in _pids():
        try:
            if _slurp("/proc/%d/comm" % pid).strip() == command.encode():
                return True
        except OSError:
            continue
    return False


def _environment(pid: int, redactor: Redactor) -> Optional[Dict[str, Optional[str]]]:
    """Names of variables, with the telling values; None where it may not be read.

    Raises ``FileNotFoundError`` or ``ProcessLookupError`` when the process has ended.
    """
    try:
        raw = _slurp("/proc/%d/environ" % pid).decode("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        raise
    except OSError:
        return None
    pairs = (entry.partition("=") for entry in raw.split("\0") if "=" in entry)
    return {
        name: redactor.value(name, value) if _TELLING.fullmatch(name) else None
        for name, _, value in pairs
    }


def _cgroup(pid: int) -> str:
    try:
        return _slurp("/proc/%d/cgroup" % pid).decode("utf-8", "replace")
    except OSError:
        return ""


def _innermost(cgroup: str, own: str = "") -> str:
    """The id of the innermost container in a control group's path.

    Empty on the machine itself, which may be a container too: ``own`` is the one of its first
    process.
    """
    found = _CONTAINER.findall(cgroup)
    return found[-1] if found and found[-1] != own else ""


def _process(pid: int, redactor: Redactor, own: str) -> Optional[Record]:
    base = "/proc/%d/" % pid
    raw = _slurp(base + "stat").decode("utf-8", "replace")
    fields = raw[raw.rindex(")") + 2 :].split()
    if int(fields[6]) & _KERNEL_THREAD:
        return None
    uid = os.stat(base).st_uid
    try:
        uid = int(re.findall(rb"^Uid:\t(\d+)", _slurp(base + "status"), re.M)[0])
    except IndexError:
        pass
    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:
        user = str(uid)
    try:
        executable = os.readlink(base + "exe")
    except OSError:
        executable = ""
    cgroup = _cgroup(pid)
    units = _UNIT.findall(cgroup)
    command_line = _slurp(base + "cmdline").decode("utf-8", "replace")
    if "\0" not in command_line.rstrip("\0") and " " in command_line:
        command_line = command_line.rstrip("\0 ")  # a title that the program gave itself
    arguments = command_line.rstrip("\0").split("\0") if command_line else []
    return {
        "pid": pid,
        "parent": int(fields[1]),
        "uid": uid,
        "user": user,
        "command": _slurp(base + "comm").decode("utf-8", "replace").rstrip("\n"),
        "executable": executable,
        "arguments": redactor.arguments(arguments),
        "environment": _environment(pid, redactor),
        "unit": units[-1] if units else "",
        "container": _innermost(cgroup, own),
    }


def _processes_hidden() -> bool:
    """Whether other users' processes are kept from this one (``hidepid``)."""
    try:
        _slurp("/proc/1/stat")
    except OSError:
        return os.geteuid() != 0
    return False


def _probe_processes(step: Record, redactor: Redactor) -> Record:
    if _processes_hidden():
        reason = "other users' processes are hidden"
        return _record(step["name"], "probe:processes", "denied", reason=reason)
    found: Dict[int, Record] = {}
    own = _innermost(_cgroup(1))

    def look(pids: Iterable[int]) -> None:
        for pid in pids:
            found.pop(pid, None)
            try:
                process = _process(pid, redactor, own)
            except (OSError, ValueError, IndexError):
                continue  # it ended meanwhile
            if process is not None:
                found[pid] = process

    look(_pids())
    if os.geteuid() == 0 and (closed := [p for p in found if found[p]["environment"] is None]):
        time.sleep(0.2)  # between a service's setuid and its exec even root may not look
        look(closed)
    ours = _own(found)
    lines = [process for pid, process in sorted(found.items()) if pid not in ours]
    return _lines(step["name"], "probe:processes", lines, step["max_bytes"])


def _own(found: Dict[int, Record]) -> Set[int]:
    """This program, what it started, and the sudo and shell through which it was started."""
    own = {os.getpid()}
    for pid, process in sorted(found.items()):
        if process["parent"] in own:
            own.add(pid)
    parent = os.getppid()
    while parent in found:
        try:
            if _MARKER not in _slurp("/proc/%d/cmdline" % parent):
                break
        except OSError:
            break
        own.add(parent)
        parent = found[parent]["parent"]
    return own


_STATES = dict(
    enumerate(
        "ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK "
        "LISTEN CLOSING".split(),
        start=1,
    )
)


def _address(text: str) -> Tuple[str, int]:
    """``0100007F:1F90`` of ``/proc/net`` as ``("127.0.0.1", 8080)``."""
    host, _, port = text.partition(":")
    words = [int(host[i : i + 8], 16) for i in range(0, len(host), 8)]
    packed = struct.pack("=%dI" % len(words), *words)
    family = socket.AF_INET if len(packed) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, packed), int(port, 16)


def _owners() -> Dict[str, int]:
    """The lowest process that holds each socket, by the socket's inode."""
    owners: Dict[str, int] = {}
    seen = 0
    for pid in _pids():
        base = "/proc/%d/fd/" % pid
        try:
            names = os.listdir(base)
        except OSError:
            continue
        for name in names:
            seen += 1
            if seen > MAX_DESCRIPTORS:
                return owners
            try:
                target = os.readlink(base + name)
            except OSError:
                continue
            if target.startswith("socket:["):
                owners.setdefault(target[8:-1], pid)
    return owners


def _probe_sockets(step: Record) -> Record:
    source, lines = step["name"], []  # type: str, List[Record]
    owners = _owners()
    for protocol in ("tcp", "tcp6", "udp", "udp6"):
        try:
            table = _slurp("/proc/net/" + protocol, 16 * 1024 * 1024).decode("ascii", "replace")
        except FileNotFoundError:
            if protocol.endswith("6"):
                continue  # a kernel without IPv6
            return _record(source, "probe:sockets", "failed", reason="/proc/net is not there")
        except OSError as error:
            return _trouble(source, "probe:sockets", error)
        for row in table.splitlines()[1:]:
            fields = row.split()
            if len(fields) < 10:
                continue
            local, remote = _address(fields[1]), _address(fields[2])
            state = _STATES.get(int(fields[3], 16), fields[3])
            if protocol.startswith("udp"):
                state = "ESTABLISHED" if state == "ESTABLISHED" else "UNCONN"
            pid = owners.get(fields[9])
            lines.append(
                {
                    "protocol": protocol,
                    "local_address": local[0],
                    "local_port": local[1],
                    "remote_address": remote[0],
                    "remote_port": remote[1],
                    "state": state,
                    "uid": int(fields[7]),
                    "pid": pid,
                    "command": _command_name(pid),
                }
            )
    keys = ("protocol", "local_port", "local_address", "remote_address", "remote_port")
    lines.sort(key=lambda line: tuple(str(line[k]).rjust(6) for k in keys))
    reason = "whose others' sockets are, root alone may see" if os.geteuid() else ""
    return _lines(source, "probe:sockets", lines, step["max_bytes"], reason)


def _command_name(pid: Optional[int]) -> str:
    try:
        return _slurp("/proc/%d/comm" % pid).decode("utf-8", "replace").strip() if pid else ""
    except OSError:
        return ""


_PODMAN = "/var/lib/containers/storage/"
#: An engine is asked only when asking cannot start it or make its files: what shows its life.
_ENGINES: Tuple[Tuple[str, Callable[[], bool]], ...] = (
    ("docker", lambda: _runs("dockerd")),
    ("podman", lambda: any(os.path.exists(_PODMAN + name) for name in ("libpod", "db.sql"))),
)


def _exists(path: str) -> bool:
    """Whether something is there, or may be."""
    try:
        os.stat(path)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def _probe_containers(step: Record, redactor: Redactor) -> Record:
    source, path, lines = step["name"], "probe:containers", []  # type: str, str, List[Record]
    installed = [e for e in _ENGINES if shutil.which(e[0], path=_PROGRAMS)]
    if not installed:
        return _record(source, path, "absent", reason="neither docker nor podman is installed")
    notes = []
    for engine, alive in installed:
        if os.geteuid() and (_processes_hidden() or (engine == "podman" and _exists(_PODMAN))):
            reason = engine + " shows root's containers to root alone"
            return _record(source, path, "denied", reason=reason)
        if not alive():
            notes.append(engine + " is installed and does not run")
            continue
        limit, timeout = step["max_bytes"], step["timeout"]
        ids = run([engine, "ps", "-a", "-q", "--no-trunc"], timeout, limit)
        names = ids.output.decode("ascii", "replace").split()
        if ids.state == "present" and not names:
            continue
        found = ids
        if ids.state == "present":
            found = run([engine, "container", "inspect", *names[:500]], timeout, 8 * limit)
        if found.state != "present" or len(names) > 500:
            reason = "%s: %s" % (engine, found.reason or "more than 500 containers")
            return _record(source, path, "failed", reason=redactor.text(reason))
        try:
            lines += [container(engine, item, redactor) for item in json.loads(found.output)]
        except (ValueError, TypeError, AttributeError, RecursionError):
            return _record(source, path, "failed", reason=engine + ": answer not understood")
    lines.sort(key=lambda line: (line["engine"], line["name"]))
    return _lines(source, path, lines, step["max_bytes"], "; ".join(notes))


def container(engine: str, item: Record, redactor: Redactor) -> Record:
    """A container as ``docker`` or ``podman container inspect`` shows it, without secrets.

    Raises ValueError, TypeError or AttributeError where it is not of that shape.
    """
    config, state = item.get("Config") or {}, item.get("State") or {}
    image = config.get("Image") if engine == "docker" else item.get("ImageName")
    pairs = (str(entry).partition("=") for entry in config.get("Env") or ())
    arguments = [item.get("Path") or "", *(item.get("Args") or ())]
    mounts = [m for m in item.get("Mounts") or () if isinstance(m, dict)]
    host = item.get("HostConfig") or {}
    log = host.get("LogConfig") or {}
    log_options = {str(name) for name in log.get("Config") or ()}
    if str(log.get("Size") or "0B") != "0B":  # how podman shows it
        log_options.add("max-size")
    return {
        "engine": engine,
        "id": str(item.get("Id", "")),
        "name": str(item.get("Name", "")).lstrip("/"),
        "image": str(image or ""),
        "state": str(state.get("Status", "")),
        "arguments": redactor.arguments([str(argument) for argument in arguments]),
        "environment": {
            name: redactor.value(name, value) if _TELLING.fullmatch(name) else None
            for name, _, value in pairs
        },
        "mounts": [str(m.get("Source") or m.get("source") or "") for m in mounts],
        "ports": published(item),
        "privileged": host.get("Privileged") is True,
        "network": str(host.get("NetworkMode") or ""),
        "processes_of": str(host.get("PidMode") or ""),
        "capabilities": sorted(str(name) for name in host.get("CapAdd") or ()),
        "log_driver": str(log.get("Type") or ""),
        "log_options": sorted(log_options),
    }


def published(item: Record) -> List[str]:
    """``ADDRESS:PORT:PORT_INSIDE/PROTOCOL`` of a container's ports that the machine opens."""
    ports: Dict[str, Any] = (item.get("NetworkSettings") or {}).get("Ports") or {}
    ports = ports or (item.get("HostConfig") or {}).get("PortBindings") or {}
    found: Set[str] = set()
    for inner, places in ports.items():
        for place in places or ():
            address = str(place.get("HostIp") or "0.0.0.0")  # noqa: S104 - what it says
            shown = "[%s]" % address if ":" in address else address
            found.add("%s:%s:%s" % (shown, place.get("HostPort") or "", inner))
    return sorted(found)


_MEDIA = re.compile(
    r"\.(?:mp4|m4a|m4v|mov|mka|mkv|webm|wav|flv|avi|mp3|ogg|opus|ts|pcap|pcapng|cap)\Z", re.I
)
_SPOKEN = re.compile(r"transcript[^/]*\.(?:txt|json|html)\Z|\.(?:vtt|srt)\Z", re.I)
#: What is never a recording, or is looked into from inside its container.
_NOT_THERE = frozenset(
    "docker containers containerd dpkg apt node_modules site-packages .git jitsi-meet".split()
)
_MAX_SEEN = 200000
_MAX_SEARCH = 8.0
_LARGE = 1 << 20
_SHORT = 1 << 18


def _is_media(head: bytes, named: bool) -> bool:
    """Whether a file begins as sound, video or captured packets do."""
    if head[4:8] == b"ftyp":
        return head[8:12] not in (b"heic", b"heix", b"avif", b"mif1", b"crx ")
    if head[:4] in (
        b"\x1aE\xdf\xa3",
        b"OggS",
        b"\xd4\xc3\xb2\xa1",
        b"\xa1\xb2\xc3\xd4",
        b"\n\r\r\n",
    ):
        return True
    if head[:4] == b"RIFF":
        return head[8:12] in (b"WAVE", b"AVI ")
    if head[:4] == b"FLV\x01":
        return True
    # Two bytes are little: these count only where the name says the same.
    return named and (head[:3] == b"ID3" or head[:1] == b"\x47" or head[:1] == b"\xff")


def _probe_media(step: Record) -> Record:
    """Names and sizes of recordings, told by their names and first bytes; nothing else is read."""
    source, lines, notes = step["name"], [], []  # type: str, List[Record], List[str]
    search = _Search(time.monotonic() + _MAX_SEARCH, lines)
    for root in step["places"][1:]:
        try:
            if stat.S_ISLNK(os.lstat(root).st_mode):
                continue
            device = os.stat(root).st_dev
        except OSError:
            continue
        if not search.below(root, device):
            notes.append("stopped after %d names, below %s" % (search.seen, root))
            break
    if search.closed and os.geteuid():  # root is refused only what another user mounted
        notes.append("%d folders and files may not be read" % search.closed)
    lines.sort(key=lambda line: str(line["path"]))
    return _lines(source, "probe:media", lines, step["max_bytes"], "; ".join(notes))


class _Search:
    """A search for recordings: how many names it saw, and how many it was refused."""

    def __init__(self, deadline: float, lines: List[Record]) -> None:
        self.seen = self.closed = 0
        self._deadline = deadline
        self._lines = lines

    def below(self, root: str, device: int) -> bool:
        """Look through a folder; False where it takes too long or too much was found."""
        folders = [root]
        while folders:
            try:
                with os.scandir(folders.pop()) as entries:
                    for entry in entries:
                        self.seen += 1
                        if self.seen > _MAX_SEEN or len(self._lines) >= MAX_MATCHES:
                            return False
                        if self.seen % 256 == 0 and time.monotonic() > self._deadline:
                            return False
                        try:
                            self._look(entry, device, folders)
                        except PermissionError:
                            self.closed += 1
                        except OSError:
                            continue  # it is gone
            except PermissionError:
                self.closed += 1
            except OSError:
                continue
        return True

    def _look(self, entry: Any, device: int, folders: List[str]) -> None:
        if not entry.is_dir(follow_symlinks=False):
            kind = _kind_of_media(entry)
            if kind:
                size = entry.stat(follow_symlinks=False).st_size
                self._lines.append({"path": _plain(entry.path), "type": kind, "size": size})
        # What is mounted below is somebody else's, or a container's.
        elif entry.name not in _NOT_THERE and entry.stat(follow_symlinks=False).st_dev == device:
            folders.append(entry.path)


def _kind_of_media(entry: Any) -> str:
    """``media``, ``transcript`` or nothing. Raises OSError."""
    if not entry.is_file(follow_symlinks=False):
        return ""
    size, named = entry.stat(follow_symlinks=False).st_size, _MEDIA.search(entry.name)
    if _SPOKEN.search(entry.name):
        return "transcript" if size else ""
    if size < (_SHORT if named else _LARGE):
        return ""
    return "media" if _is_media(Disk().read(entry.path, 12), bool(named)) else ""


# -- the run -----------------------------------------------------------------------------------


def collect(
    plan: List[Record],
    root: str = "/",
    redaction_key: Optional[bytes] = None,
    disk: Optional[Any] = None,
) -> Iterator[Record]:
    """The documents of every step, in the plan's order.

    A record has ``source``, ``path``, ``state``, ``content`` (bytes, secrets replaced),
    ``sha256`` (of the bytes before that), ``reason``, ``mode``, ``owner`` and ``target``, as
    ``selfhost.evidence.model.Document`` describes them. ``disk`` stands in for the files below
    ``root``. Commands and probes ask the running system, so they make sense for ``/`` only.
    """
    redactor = Redactor(redaction_key or os.urandom(32))
    files = disk if disk is not None else Disk(root)
    answers: List[List[Record]] = [[] for _ in plan]

    def answer(index: int) -> None:
        step = plan[index]
        try:
            answers[index] = list(_answer(step, files, redactor))
        except Exception as error:  # one step's bug must not hide the others
            reason = "collector: %s" % type(error).__name__
            answers[index] = [_record(step["name"], step["name"], "failed", reason=reason)]

    probes = ("containers", "media")
    slow = [i for i, s in enumerate(plan) if s["kind"] == "command" or s["places"][:1][0] in probes]
    threads = [threading.Thread(target=answer, args=(index,), daemon=True) for index in slow]
    for thread in threads:
        thread.start()
    for index in range(len(plan)):
        if index not in slow:
            answer(index)
    for thread in threads:
        thread.join()
    total = 0
    for records in answers:
        for record in records:
            total += len(record["content"])
            if total > MAX_TOTAL and record["content"]:
                reason = "all evidence together is " + _too_large(MAX_TOTAL)
                record.update(state="too-large", content=b"", sha256="", reason=reason)
            yield record


def _answer(step: Record, disk: Any, redactor: Redactor) -> Iterator[Record]:
    if step["kind"] == "files":
        return _read_files(step, disk, redactor)
    if step["kind"] == "listing":
        return _list_names(step, disk)
    if step["kind"] == "command":
        return iter([_run_command(step, redactor)])
    probe = step["places"][0]
    if probe == "processes":
        return iter([_probe_processes(step, redactor)])
    if probe == "sockets":
        return iter([_probe_sockets(step)])
    if probe == "media":
        return iter([_probe_media(step)])
    if probe == "containers":
        return iter([_probe_containers(step, redactor)])
    return iter([_record(step["name"], "probe:" + probe, "failed", reason="no such probe")])


def main() -> int:
    """Read ``{"plan": [...], "key": hex}`` on standard input, write a JSON line per document.

    The last line counts them, so that an answer that was cut off is noticed.
    """
    signal.alarm(MAX_RUN_SECONDS)
    order = json.loads(sys.stdin.buffer.read())
    out = sys.stdout.buffer
    out.write(json.dumps({"selfhost": FORMAT}).encode() + b"\n")
    count = 0
    for record in collect(order["plan"], redaction_key=bytes.fromhex(order["key"])):
        count += 1
        packed = zlib.compress(record["content"], 6)
        line = dict(record, content=base64.b64encode(packed).decode("ascii"))
        out.write(json.dumps(line, sort_keys=True).encode("ascii") + b"\n")
    out.write(json.dumps({"end": count}).encode() + b"\n")
    out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
