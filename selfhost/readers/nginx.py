"""nginx's configuration, includes followed, every directive with its own file and line."""

import fnmatch
import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from selfhost.readers.nginx_syntax import Directive, statements
from selfhost.readers.tree import Origin, Problem, Source

__all__ = ["Directive", "NginxConfig", "read_nginx_dump", "read_nginx_files"]

MAX_CHARACTERS = 8 * 1024 * 1024
MAX_INCLUDE_DEPTH = 20
MAX_NESTING = 100
MAX_DIRECTIVES = 100_000
MAX_FILES = 1_000
_STOCK = frozenset(
    (
        *("mime.types", "fastcgi_params", "fastcgi.conf", "uwsgi_params", "scgi_params"),
        *("proxy_params", "options-ssl-nginx.conf", "ssl-dhparams.conf"),
    )
)
"""Files of nginx's own packages and of certbot: types, names for programs behind it, ciphers."""
_HEADER = re.compile(r"^# configuration file (/[^\n]*):\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class NginxConfig:
    """All directives in nginx's order; ``include`` directives are replaced by what they include.

    With a problem in ``problems`` something may be missing from ``directives``. ``around``: set
    where the blocks around them were not given.
    """

    directives: tuple[Directive, ...]
    problems: tuple[Problem, ...] = ()
    around: Problem | None = None

    def walk(self) -> Iterator[tuple[tuple[Directive, ...], Directive]]:
        """Every directive with the blocks around it, outermost first; in source order."""
        stack: list[tuple[tuple[Directive, ...], Directive]] = [
            ((), directive) for directive in reversed(self.directives)
        ]
        while stack:
            ancestors, directive = stack.pop()
            yield ancestors, directive
            inside = (*ancestors, directive)
            stack.extend((inside, child) for child in reversed(directive.block or ()))

    def servers(self) -> tuple[Directive, ...]:
        """The ``server`` blocks of ``http``."""
        return tuple(
            server
            for http in self.directives
            if http.name == "http"
            for server in http.block or ()
            if server.name == "server" and server.block is not None
        )

    def effective(self, ancestors: Sequence[Directive], name: str) -> tuple[Directive, ...]:
        """The directives ``name`` that hold inside the innermost of ``ancestors``.

        For directives that can stand several times, such as ``add_header`` and ``access_log``:
        a level that has any of its own inherits none of the outer level's.
        """
        levels = [self.directives, *(block.block or () for block in ancestors)]
        for level in reversed(levels):
            own = tuple(directive for directive in level if directive.name == name)
            if own:
                return own
        return ()


def read_nginx_dump(source: Source) -> NginxConfig:
    """What ``nginx -T`` printed. Origins name the dumped files and their own lines."""
    place = Origin(source.path)
    if len(source.text) > MAX_CHARACTERS:
        return _refused(place, "larger than 8 MiB: not read")
    headers = list(_HEADER.finditer(source.text))
    if not headers:
        return _refused(place, "no '# configuration file' line: not the output of nginx -T")
    if len(headers) > MAX_FILES:
        return _refused(place, f"more than {MAX_FILES} files")
    ends = [header.start() for header in headers[1:]] + [len(source.text)]
    sources: dict[str, Source] = {}
    problems: list[Problem] = []
    for header, end in zip(headers, ends, strict=True):
        line = source.text.count("\n", 0, header.start()) + 1 if header[1] in sources else 0
        if line:  # nginx prints each file once
            problems.append(Problem(Origin(source.path, line), "a file stands twice in the dump"))
            continue
        sources[header[1]] = Source(header[1], source.text[header.end() + 1 : end])
    reading = _Reading(sources, headers[0][1], None)
    directives = reading.directives()
    problems += reading.problems
    problems += [
        # A comment that looks like a header would hide what follows it.
        Problem(Origin(path), "is in the dump, but nothing includes it")
        for path in sources
        if path not in reading.used and not any(p.fatal for p in reading.problems)
    ]
    return NginxConfig(directives, tuple(problems))


def read_nginx_files(
    sources: Mapping[str, Source], main: str, complete: Collection[str] = ()
) -> NginxConfig:
    """The configuration that starts at ``main``.

    ``sources``: files by absolute path. ``complete``: folders of which every file is in
    ``sources``; a pattern over any other folder is a problem, because it may match more.
    """
    if main not in sources:
        return _refused(Origin(main), "not collected")
    if sum(len(source.text) for source in sources.values()) > MAX_CHARACTERS:
        return _refused(Origin(main), "larger than 8 MiB with what it includes: not read")
    reading = _Reading(sources, main, {posixpath.normpath(folder) for folder in complete})
    return NginxConfig(reading.directives(), tuple(reading.problems))


def _refused(origin: Origin, message: str) -> NginxConfig:
    return NginxConfig((), (Problem(origin, message, fatal=True),))


class _Reading:
    """One pass over the files. ``complete``: ``None`` when nothing else can exist (a dump)."""

    def __init__(
        self, sources: Mapping[str, Source], main: str, complete: Collection[str] | None
    ) -> None:
        self._sources = sources
        self._by_path = {posixpath.normpath(path): path for path in sorted(sources)}
        self._main = main
        self._complete = complete
        self._files = 0
        self._count = 0
        self._full = False
        self._parsed: dict[str, tuple[Directive, ...]] = {}
        self.used: set[str] = set()
        self.problems: list[Problem] = []

    def directives(self) -> tuple[Directive, ...]:
        return self._file(self._main, 0, 0)

    def _file(self, path: str, depth: int, nesting: int) -> tuple[Directive, ...]:
        self.used.add(path)
        if path not in self._parsed:
            self._parsed[path], problems = statements(self._sources[path])
            self.problems += problems
        return self._expand(self._parsed[path], depth, nesting)

    def _expand(
        self, level: Sequence[Directive], depth: int, nesting: int
    ) -> tuple[Directive, ...]:
        result: list[Directive] = []
        for directive in level:
            self._count += 1
            if self._count > MAX_DIRECTIVES and not self._full:
                self._full = True
                self._problem(directive, "too many directives", fatal=True)
            if self._full:
                break
            if directive.name == "include" and directive.block is None:
                for path in self._included(directive, depth):
                    result += self._file(path, depth + 1, nesting)
            elif directive.block:
                if nesting >= MAX_NESTING:
                    self._problem(directive, "blocks nest too deeply", fatal=True)
                    self._full = True
                    break
                block = self._expand(directive.block, depth, nesting + 1)
                result.append(
                    Directive(directive.name, directive.arguments, directive.origin, block)
                )
            else:
                result.append(directive)
        return tuple(result)

    def _problem(self, directive: Directive, message: str, *, fatal: bool = False) -> None:
        self.problems.append(Problem(directive.origin, message, fatal))

    def _included(self, directive: Directive, depth: int) -> list[str]:
        if len(directive.arguments) != 1 or len(directive.arguments[0]) > 4096:
            self._problem(directive, "include needs exactly one path", fatal=True)
            return []
        if depth >= MAX_INCLUDE_DEPTH:
            self._problem(directive, "includes nest too deeply, or in a circle", fatal=True)
            self._full = True
            return []
        folder = posixpath.dirname(self._main)
        pattern = posixpath.normpath(posixpath.join(folder, directive.arguments[0]))
        if not any(sign in pattern for sign in "*?["):
            paths = [self._by_path[pattern]] if pattern in self._by_path else []
            stock = self._complete is not None and posixpath.basename(pattern) in _STOCK
            if not paths and not stock:
                absent = self._complete is None or posixpath.dirname(pattern) in self._complete
                message = "includes a file that is not there" if absent else ""
                self._problem(
                    directive, message or "includes a file that was not collected", fatal=absent
                )
        else:
            paths = [self._by_path[p] for p in _matching(pattern, self._by_path)]
            if self._complete is not None and posixpath.dirname(pattern) not in self._complete:
                self._problem(directive, "includes a folder that was not collected whole")
        self._files += len(paths) + 1
        if self._files > MAX_FILES and not self._full:
            self._problem(directive, "includes too many files", fatal=True)
            self._full = True
        return [] if self._full else paths


def _matching(pattern: str, paths: Collection[str]) -> list[str]:
    """``paths`` that the shell pattern names, in the order of ``glob(3)`` in the C locale."""
    steps = pattern.split("/")
    found = []
    for path in paths:
        names = path.split("/")
        if len(names) == len(steps) and all(
            fnmatch.fnmatchcase(name, step) and (not name.startswith(".") or step.startswith("."))
            for name, step in zip(names, steps, strict=True)
        ):
            found.append(path)
    return sorted(found, key=lambda path: path.encode("utf-8", "surrogateescape"))
