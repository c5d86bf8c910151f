"""Secrets out of text."""

import hashlib
import hmac
import os
import re
from typing import List

from selfhost.evidence.collector.manifests import KIND_SECRET, without_data
from selfhost.evidence.collector.secrecy import secrecy
from selfhost.evidence.collector.syntax import CODE, LINES, NGINX, TABLE, Overload
from selfhost.evidence.collector.values import Values

_HINT = re.compile(
    r"pass|pw|secret|token|key|cred|auth|cookie|dsn|psk|jwt|bearer|header|salt|hmac|grant", re.I
)
_KEY_CHARACTERS = re.compile(r"[\w.$-]*", re.A)
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

#: Names of groups in which every value counts as a secret.
_HOLDER = re.compile(r"(?:headers|secret[_-]?(?:envs?|data|values))\Z", re.I)

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
        if syntax in (LINES, CODE) and KIND_SECRET.search(text):
            text = without_data(text, self._word)
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
            for begin, stop, replacement in Values(
                self._value, text, syntax, start, end, grade or 2, holder, work
            ):
                if begin < done or begin < end:
                    continue
                out += (text[done:begin], replacement)
                done = stop
                position = max(position, stop)
        out.append(text[done:])
        return "".join(out)
