"""What a browser offers to a script: names, and the types of what they give."""

from selfhost.readers.grammar import words
from selfhost.readers.javascript_values import VISITOR, Host, Kind, Unk

# Functions and classes of the language.
CLASSES = frozenset(
    words("""
    Array ArrayBuffer BigInt Boolean DataView Date Error EvalError Float32Array Float64Array
    Function Int16Array Int32Array Int8Array Map Number Object Promise Proxy RangeError
    ReferenceError RegExp Set String Symbol SyntaxError TypeError URIError Uint16Array
    Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet URL URLSearchParams
    XMLHttpRequest Image Event CustomEvent WebSocket Worker AbortController Blob File
    FormData Headers Request Response MutationObserver TextDecoder TextEncoder
    """)
)
_FUNCTIONS = frozenset(
    words("""
    parseInt parseFloat isNaN isFinite decodeURI decodeURIComponent encodeURI
    encodeURIComponent escape unescape eval alert confirm prompt fetch atob btoa setTimeout
    setInterval clearTimeout clearInterval requestAnimationFrame cancelAnimationFrame
    queueMicrotask structuredClone addEventListener removeEventListener dispatchEvent
    postMessage matchMedia getComputedStyle open close focus blur print scroll scrollTo
    scrollBy
    """)
)
_OBJECTS = frozenset(
    words("""
    JSON Math Reflect Intl Atomics WebAssembly console document location navigator history
    localStorage sessionStorage screen performance crypto indexedDB caches customElements
    visualViewport
    """)
)
_STRINGS = frozenset({"origin", "name", "status"})
_NUMBERS = frozenset(
    words("""
    innerWidth innerHeight outerWidth outerHeight screenX screenY devicePixelRatio scrollX
    scrollY pageXOffset pageYOffset length
    """)
)
_BOOLEANS = frozenset({"isSecureContext", "closed", "crossOriginIsolated"})
_FRAMES = frozenset({"parent", "top", "opener", "frames", "frameElement", "event"})
SELF = frozenset({"window", "globalThis", "self"})
NOT_IN_BROWSERS = frozenset(
    words("""
    module exports require process global define Deno Bun __dirname __filename Buffer
    importScripts
    """)
)
"""Names that scripts ask for to see whether they run elsewhere."""

NAMES = CLASSES | _FUNCTIONS | _OBJECTS
SPECIAL = NAMES | _STRINGS | _NUMBERS | _BOOLEANS | _FRAMES | SELF
"""Properties of the window whose writing may have an effect of its own, or none."""

DANGEROUS_CALLS = {
    "eval": "runs text as code",
    "Function": "runs text as code",
    "setTimeout": "",
    "setInterval": "",
    "document.write": "writes into the page",
    "document.writeln": "writes into the page",
}
INSERTING = frozenset(
    words("""
    appendChild insertBefore append prepend before after replaceWith replaceChild
    replaceChildren insertAdjacentElement insertAdjacentHTML
    """)
)

_LOCATION = frozenset(
    words("""
    hash host hostname href origin pathname port protocol search
    """)
)
_PROPERTIES: dict[str, Kind] = {
    **{f"location.{name}": "string" for name in _LOCATION},
    **{
        f"navigator.{name}": "string"
        for name in ("userAgent", "language", "platform", "vendor", "appVersion", "appName")
    },
    **{f"navigator.{name}": "boolean" for name in ("onLine", "cookieEnabled", "webdriver")},
    "navigator.languages": "strings",
    "navigator.hardwareConcurrency": "number",
    **{
        f"document.{name}": "string"
        for name in ("title", "referrer", "cookie", "domain", "URL", "readyState", "characterSet")
    },
    "document.hidden": "boolean",
    **{f"screen.{name}": "number" for name in ("width", "height", "availWidth", "availHeight")},
    **{f"Math.{name}": "number" for name in ("PI", "E", "LN2", "LN10", "SQRT2")},
}
_OBJECT_PROPERTIES = {
    "document.location": "location",
    "document.body": "document.body",
    "document.head": "document.head",
    "document.documentElement": "document.documentElement",
    "document.currentScript": "document.currentScript",
}
_RESULTS: dict[str, Kind] = {
    "Math.random": "number",
    "Date.now": "number",
    "performance.now": "number",
    "location.toString": "string",
    "navigator.userAgent.toString": "string",
    "encodeURIComponent": "string",
    "encodeURI": "string",
    "escape": "string",
    "unescape": "string",
    "parseInt": "number",
    "parseFloat": "number",
    "isNaN": "boolean",
    "isFinite": "boolean",
    "Number": "number",
    "String": "string",
    "Boolean": "boolean",
    "Number.isInteger": "boolean",
    "Array.isArray": "boolean",
    "Object.is": "boolean",
    "localStorage.getItem": "any",
    "sessionStorage.getItem": "any",
    "document.getElementById": "any",
    "document.querySelector": "any",
    "matchMedia": "object",
    "confirm": "boolean",
    "prompt": "any",
    "setTimeout": "number",
    "setInterval": "number",
    "new Date().getTime": "number",
    "new Date().getHours": "number",
    "new Date().getFullYear": "number",
    "new Date().toISOString": "string",
    "new URLSearchParams().has": "boolean",
    "new URLSearchParams().get": "any",
    "new URLSearchParams().toString": "string",
    **{f"Math.{n}": "number" for n in ("abs", "floor", "ceil", "round", "min", "max", "pow")},
}
_RESULT_OBJECTS = frozenset(
    ["document.createElement", "document.createTextNode", "document.getElementsByTagName"]
)
_NO_RESULT = frozenset(
    words("""
    localStorage.setItem localStorage.removeItem sessionStorage.setItem
    sessionStorage.removeItem addEventListener removeEventListener document.addEventListener
    document.removeEventListener clearTimeout clearInterval queueMicrotask alert
    """)
)
_NEW = frozenset(
    words("""
    Date Image XMLHttpRequest URLSearchParams Map Set WeakMap WeakSet Event CustomEvent Blob
    FormData AbortController Headers
    """)
)

READ_ONLY_CALLS = frozenset({"JSON.stringify", "Object.keys", "Object.is", "Array.isArray"})
"""Calls that leave their arguments as they are, and keep none of them."""


def name(identifier: str) -> Host | Unk | None:
    """What a global name of the browser is; ``None`` if it is none of its names."""
    if identifier in NAMES:
        return Host(identifier)
    for names, kind in ((_STRINGS, "string"), (_NUMBERS, "number"), (_BOOLEANS, "boolean")):
        if identifier in names:
            return Unk(VISITOR, kind)  # type: ignore[arg-type]
    if identifier in _FRAMES:
        return Unk(VISITOR)
    return None


def member(path: str, key: str) -> Host | Unk:
    """A property of a thing of the browser."""
    full = f"{path}.{key}"
    if full in _PROPERTIES:
        return Unk(VISITOR, _PROPERTIES[full], page_host=full == "location.hostname")
    return Host(_OBJECT_PROPERTIES.get(full, full))


def is_certain(path: str) -> bool:
    """Whether every browser has it, so that calling it does not throw."""
    return (
        path in _RESULTS
        or path in _NO_RESULT
        or path in _RESULT_OBJECTS
        or path in READ_ONLY_CALLS
        or path.startswith("console.")
        or path in ("Symbol", "Object", "Array", "Object.freeze", "Object.assign")
    )


def result(path: str) -> Host | Unk:
    """What calling it gives."""
    if path in _RESULT_OBJECTS:
        return Host(f"{path}()")
    return Unk(VISITOR, _RESULTS.get(path, "any"))


def instance(path: str) -> Host | Unk:
    """What ``new`` on it gives."""
    return Host(f"new {path}()") if path in _NEW else Unk(VISITOR, "object")


def type_of(path: str) -> str | None:
    """``typeof`` of it, where every browser agrees."""
    if path in CLASSES or path in _FUNCTIONS:
        return "function"
    return "object" if path in _OBJECTS else None


_EVERY = frozenset({"toString", "valueOf", "hasOwnProperty"})
METHODS: dict[str, frozenset[str]] = {
    "string": _EVERY
    | frozenset(
        words("""
    charAt charCodeAt codePointAt concat endsWith includes indexOf lastIndexOf localeCompare match
    normalize padEnd padStart repeat replace search slice split startsWith substr substring
    toLowerCase toUpperCase trim
    """)
    ),
    "list": _EVERY
    | frozenset(
        words("""
    concat copyWithin entries every fill filter find findIndex forEach includes indexOf join keys
    lastIndexOf map pop push reduce reduceRight reverse shift slice some sort splice unshift
    """)
    ),
    "number": _EVERY | {"toFixed", "toPrecision", "toExponential", "toLocaleString"},
    "boolean": _EVERY,
}
"""What every browser's values of these types have."""
