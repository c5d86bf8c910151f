"""What runs, without the secrets of its arguments and environment."""

import os
import pwd
import re
import time
from typing import Dict, Iterable, List, Optional, Set

from selfhost.evidence.collector.records import Record, document, json_lines
from selfhost.evidence.collector.redactor import Redactor

_KERNEL_THREAD = 0x00200000
_MARKER = b"<selfhost>"  # in the command line of the loader that started this program
_UNIT = re.compile(r"([^/]+\.(?:service|scope))(?=/|$)")
_CONTAINER = re.compile(r"(?:docker|libpod|crio|cri-containerd)[-/](?:[a-z]+[-/])?([0-9a-f]{64})")
#: Variables whose value says what runs or where it connects; of others the name is enough.
TELLING = re.compile(
    r"JAVA_\w*|JDK_\w*|_JAVA_OPTIONS|\w*_OPTS|\w*(?:URL|URI|HOST|ENDPOINT|ADDRESS|SERVER|DSN)S?"
    r"|\w*PROXY|(?:ENABLE|DISABLE)_\w*|\w*_(?:ENABLED?|DISABLED?)|\w*_(?:REGION|MODEL|PROVIDER)"
    # what Skynet, opus-transcriber-proxy and rtcstats-server are told by
    r"|ENABLED_MODULES|BYPASS_AUTHORIZATION|LOG_LEVEL|DEBUG|SKYNET_\w+|LLAMA_PATH|OCI_\w+_ID|HOST"
    r"|REDIS_(?:EXP_SECONDS|USE_TLS)|VECTOR_STORE_PATH|WHISPER_\w+|ECHO_REQUESTS_\w+"
    r"|(?:OPENAI|GEMINI|DEEPGRAM|XAI)_\w+|AZURE_OPENAI_\w+|PROVIDERS_PRIORITY|USE_DISPATCHER"
    r"|CONFIG_FORCE_\w+|DUMP_\w+|BROADCAST_TRANSCRIPTS|TRANSLATE_TRANSCRIPTS|RTCSTATS_\w+",
    re.I,
)


def slurp(path: str, limit: int = 262144) -> bytes:
    with open(path, "rb") as stream:
        return stream.read(limit)


def process_ids() -> List[int]:
    return sorted(int(name) for name in os.listdir("/proc") if name.isdigit())


def is_running(command: str) -> bool:
    for pid in process_ids():
        try:
            if slurp("/proc/%d/comm" % pid).strip() == command.encode():
                return True
        except OSError:
            continue
    return False


def _environment(pid: int, redactor: Redactor) -> Optional[Dict[str, Optional[str]]]:
    """Names of variables, with the telling values; None where it may not be read.

    Raises ``FileNotFoundError`` or ``ProcessLookupError`` when the process has ended.
    """
    try:
        raw = slurp("/proc/%d/environ" % pid).decode("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        raise
    except OSError:
        return None
    pairs = (entry.partition("=") for entry in raw.split("\0") if "=" in entry)
    return {
        name: redactor.value(name, value) if TELLING.fullmatch(name) else None
        for name, _, value in pairs
    }


def _cgroup(pid: int) -> str:
    try:
        return slurp("/proc/%d/cgroup" % pid).decode("utf-8", "replace")
    except OSError:
        return ""


def innermost_container(cgroup: str, own: str = "") -> str:
    """The id of the innermost container in a control group's path.

    Empty on the machine itself, which may be a container too: ``own`` is the one of its first
    process.
    """
    found = _CONTAINER.findall(cgroup)
    return found[-1] if found and found[-1] != own else ""


def _process(pid: int, redactor: Redactor, own: str) -> Optional[Record]:
    base = "/proc/%d/" % pid
    raw = slurp(base + "stat").decode("utf-8", "replace")
    fields = raw[raw.rindex(")") + 2 :].split()
    if int(fields[6]) & _KERNEL_THREAD:
        return None
    uid = os.stat(base).st_uid
    try:
        uid = int(re.findall(rb"^Uid:\t(\d+)", slurp(base + "status"), re.M)[0])
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
    command_line = slurp(base + "cmdline").decode("utf-8", "replace")
    if "\0" not in command_line.rstrip("\0") and " " in command_line:
        command_line = command_line.rstrip("\0 ")  # a title that the program gave itself
    arguments = command_line.rstrip("\0").split("\0") if command_line else []
    return {
        "pid": pid,
        "parent": int(fields[1]),
        "uid": uid,
        "user": user,
        "command": slurp(base + "comm").decode("utf-8", "replace").rstrip("\n"),
        "executable": executable,
        "arguments": redactor.arguments(arguments),
        "environment": _environment(pid, redactor),
        "unit": units[-1] if units else "",
        "container": innermost_container(cgroup, own),
    }


def processes_hidden() -> bool:
    """Whether other users' processes are kept from this one (``hidepid``)."""
    try:
        slurp("/proc/1/stat")
    except OSError:
        return os.geteuid() != 0
    return False


def probe_processes(step: Record, redactor: Redactor) -> Record:
    if processes_hidden():
        reason = "other users' processes are hidden"
        return document(step["name"], "probe:processes", "denied", reason=reason)
    found: Dict[int, Record] = {}
    own = innermost_container(_cgroup(1))

    def look(pids: Iterable[int]) -> None:
        for pid in pids:
            found.pop(pid, None)
            try:
                process = _process(pid, redactor, own)
            except (OSError, ValueError, IndexError):
                continue  # it ended meanwhile
            if process is not None:
                found[pid] = process

    look(process_ids())
    if os.geteuid() == 0 and (closed := [p for p in found if found[p]["environment"] is None]):
        time.sleep(0.2)  # between a service's setuid and its exec even root may not look
        look(closed)
    ours = _own(found)
    lines = [process for pid, process in sorted(found.items()) if pid not in ours]
    return json_lines(step["name"], "probe:processes", lines, step["max_bytes"])


def _own(found: Dict[int, Record]) -> Set[int]:
    """This program, what it started, and the sudo and shell through which it was started."""
    own = {os.getpid()}
    for pid, process in sorted(found.items()):
        if process["parent"] in own:
            own.add(pid)
    parent = os.getppid()
    while parent in found:
        try:
            if _MARKER not in slurp("/proc/%d/cmdline" % parent):
                break
        except OSError:
            break
        own.add(parent)
        parent = found[parent]["parent"]
    return own
