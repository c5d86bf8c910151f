"""Chromium found, started with a profile of its own, and ended."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from selfhost.browser.guardian import PID
from selfhost.browser.protocol import Connection
from selfhost.errors import UsageError

#: As Debian, Ubuntu, Fedora, Arch and Google name it.
PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
NET_LOG = "net-log.json"
_NET_LOG_MB = 40
#: Chromium makes a socket below its folder for temporary files, and a socket's path ends at 107
#: bytes; this is what it may have above a profile of ours.
_MAX_PLACE = 32
_GUARDIAN_SECONDS = 15.0
#: By which Chromium and what it starts choose where to keep things.
_PLACES = ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")

_FLAGS = (
    *("--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--disable-quic"),
    *("--no-first-run", "--no-default-browser-check", "--no-pings", "--mute-audio"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-default-apps", "--disable-extensions", "--disable-domain-reliability"),
    *("--disable-client-side-phishing-detection", "--disable-breakpad", "--metrics-recording-only"),
    *("--disable-dev-shm-usage", "--password-store=basic", "--use-mock-keychain"),
    # Two participants in one browser, neither of them in front.
    *("--disable-background-timer-throttling", "--disable-renderer-backgrounding"),
    "--disable-backgrounding-occluded-windows",
    # A camera, a microphone and a screen that are none.
    *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
    "--autoplay-policy=no-user-gesture-required",
    *("--lang=en-US", "--accept-lang=en-US,en", "--window-size=1280,800"),
    *("--renderer-process-limit=4", "--js-flags=--max-old-space-size=768"),
    "--disk-cache-size=67108864",
    "--disable-features=OptimizationHints,MediaRouter,Translate,InterestFeedContentSuggestions,"
    "DialMediaRouteProvider,AutofillServerCommunication,CertificateTransparencyComponentUpdater",
)
_running: set["Chromium"] = set()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Reach:
    """What this browser may contact: ``host`` at ``address``, and further own names; nothing
    where ``host`` is empty."""

    host: str
    address: str
    others: tuple[str, ...] = ()

    @property
    def rules(self) -> str:
        """For ``--host-resolver-rules``: any other name or address does not resolve."""
        if not self.host:
            return "MAP * ~NOTFOUND"
        address = f"[{self.address}]" if ":" in self.address else self.address
        own = f"MAP {self.host} {address}, " if self.host != self.address else ""
        names = (*self.others, *((self.host,) if self.host == self.address else ()))
        return f"{own}MAP * ~NOTFOUND" + "".join(f", EXCLUDE {name}" for name in names)


#: Contacts nobody at all.
NOWHERE = Reach("", "")


def program(asked_by: str = "--browser") -> str:
    """Where Chromium is, which ``asked_by`` needs. Raises UsageError when there is none."""
    for name in PROGRAMS:
        if found := shutil.which(name):
            return found
    raise UsageError(
        f"{asked_by} needs Chromium, and none is installed",
        hint="apt install chromium (or your distribution's chromium or google-chrome)",
    )


def _private_folder() -> Path:
    """A new folder that nobody else may look into. Raises UsageError."""
    for place in (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm"):  # noqa: S108 - made by mkdtemp
        if len(os.fsencode(place)) <= _MAX_PLACE:
            with contextlib.suppress(OSError):
                return Path(tempfile.mkdtemp(prefix="selfhost-browser-", dir=place))
    raise UsageError(
        "Chromium has no folder for its temporary files",
        hint=f"set TMPDIR to one that you may write to, of {_MAX_PLACE} characters at most",
    )


class Chromium:
    """One browser. Use as a context; ``connection`` speaks to it."""

    def __init__(self, reach: Reach, *, trusted: bool, asked_by: str = "--browser") -> None:
        self.sandboxed = os.geteuid() != 0
        browser = program(asked_by)
        self.profile = _private_folder()
        command = [
            browser,
            *_FLAGS,
            *(() if self.sandboxed else ("--no-sandbox",)),
            *(() if trusted else ("--ignore-certificate-errors",)),
            f"--user-data-dir={self.profile / 'profile'}",
            f"--log-net-log={self.profile / NET_LOG}",
            f"--net-log-max-size-mb={_NET_LOG_MB}",
            f"--host-resolver-rules={reach.rules}",
            "about:blank",
        ]
        control, self._control = os.pipe()
        given, write = os.pipe()
        read, taken = os.pipe()
        guardian = Path(__file__).with_name("guardian.py")
        words = [str(fd) for fd in (control, given, taken)]
        try:
            self._guardian = subprocess.Popen(
                [sys.executable, "-I", str(guardian), *words, str(self.profile), *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(control, given, taken),
                env={**os.environ, **dict.fromkeys(_PLACES, str(self.profile))},
                start_new_session=True,
            )
        except BaseException:
            os.close(self._control)
            shutil.rmtree(self.profile, ignore_errors=True)
            raise
        finally:
            for fd in (control, given, taken):
                os.close(fd)
        self.connection = Connection(read, write)
        self._ended = False
        with _lock:
            _running.add(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self.connection.close()

    @property
    def complaint(self) -> str:
        """The last line that Chromium wrote on standard error; for when it does not start."""
        with contextlib.suppress(OSError), (self.profile / "stderr").open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 4000))
            lines = file.read().decode("utf-8", "replace").split("\n")
            told = [line for line in lines if "FATAL" in line or "ERROR" in line]
            return (told or lines or [""])[-1].strip()[:300]
        return ""

    def end(self) -> None:
        """Kill it and remove its profile; again is harmless."""
        with _lock:
            _running.discard(self)
            if self._ended:
                return
            self._ended = True
        os.close(self._control)
        try:
            self._guardian.wait(_GUARDIAN_SECONDS)
        except subprocess.TimeoutExpired:
            self._guardian.kill()  # by which the kernel ends the browser itself
            self._guardian.wait()
        self._kill_all()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _kill_all(self) -> None:
        """The browser's processes, where no guardian has ended them and removed the profile."""
        with contextlib.suppress(OSError, ValueError):
            os.killpg(int((self.profile / PID).read_text("ascii")), signal.SIGKILL)


def end_all() -> None:
    """End every browser that runs; whoever uses one is told that it is gone."""
    with _lock:
        running = tuple(_running)
    for browser in running:
        browser.end()
