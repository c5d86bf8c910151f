"""Looks at a running server; sent there as program text over one SSH session.

One file, standard library only, Python 3.9. It reads and asks, and changes nothing. Of log files
it tells which known errors occur in their last part, never a line of them; passwords are compared
here and only the answer leaves. Input and output are one JSON document each; what could not be
found out is missing or null.
"""

import glob
import hashlib
import hmac
import http.client
import json
import os
import pwd
import re
import socket
import ssl
import subprocess
import sys
import time
from typing import Any, Callable, Dict, List, Optional, Tuple

FORMAT = 1
TAIL = 256 * 1024
SECONDS = 8

UNITS = (
    *("prosody", "jicofo", "jitsi-videobridge2", "nginx", "coturn"),
    *("selfhost-firewall", "prometheus-node-exporter"),
)
USERS = ("prosody", "jicofo", "jvb", "turnserver", "www-data")
PACKAGES = (
    *("jitsi-*", "jicofo", "jibri", "jigasi", "prosody*", "nginx", "coturn"),
    *("openjdk-*-jre-headless", "apache2", "ejabberd", "lighttpd", "caddy", "openresty"),
)
LOGS = {
    "jicofo": ("/var/log/jitsi/jicofo.log", "jicofo"),
    "jitsi-videobridge2": ("/var/log/jitsi/jvb.log", "jvb"),
    "prosody": ("/var/log/prosody/prosody.err", "prosody"),
}
BEFORE_START = {"memory": 10}  # seconds; of others 2, as clocks of logs are coarse
#: What is looked for in logs. The names are what the doctor's rules know.
ERRORS = {
    "password": r"not-authorized|SASLError|SASL authentication failed",
    "certificate": r"PKIX|valid certification path|CertificateException|CERTIFICATE_VERIFY",
    "connection": r"Connection refused|cannot connect to|UnknownHost|No route to host|Connect call",
    "memory": r"OutOfMemoryError|Cannot allocate memory|insufficient memory for the Java",
    "address": r"[Nn]o valid (?:IP )?address",
    "settings": r"ConfigException|[Pp]arse error|cannot be parsed|Error while reading config",
    "port": r"Address already in use|BindException",
    "disk": r"No space left on device",
    "module": r"module '[\w.]+' not found|Failed to load module|[Ee]rror loading module",
}
_PASSWORD = re.compile(
    r"^[\s\"']*(?:\S*\.)?password[\"']?\s*[=:]\s*[\"']?([A-Za-z0-9]+)", re.I | re.M
)

Facts = Dict[str, Any]


def run(*argv: str, stdin: bytes = b"") -> Optional[str]:
    """What a program says on standard output; None when it is missing, fails or takes long."""
    try:
        done = subprocess.run(
            argv, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def read(path: str, limit: int = 1024 * 1024, tail: bool = False) -> Optional[str]:
    """A file's text; None when it cannot be read."""
    try:
        with open(path, "rb") as stream:
            if tail:
                stream.seek(max(0, os.fstat(stream.fileno()).st_size - limit))
            return stream.read(limit).decode("utf-8", "replace")
    except OSError:
        return None


def modified(path: str) -> Optional[float]:
    """When a file was last written; None when it is not there."""
    try:
        return os.stat(path).st_mtime
    except OSError:
        return None


def unpacked(path: str) -> Optional[float]:
    """When a package's file came here; its modification time is that of the package's making."""
    try:
        return os.stat(path).st_ctime
    except OSError:
        return None


# -- the machine -------------------------------------------------------------------------------


def machine(_: Facts) -> Facts:
    """Memory in MiB, disks in MiB, kernel, clock."""
    memory = dict(re.findall(r"^(\w+):\s+(\d+) kB", read("/proc/meminfo") or "", re.M))
    sizes = {
        name: int(memory[key]) // 1024
        for name, key in (
            ("total", "MemTotal"),
            ("available", "MemAvailable"),
            ("swap", "SwapTotal"),
        )
        if key in memory
    }
    name = re.search(r'^PRETTY_NAME="?([^"\n]*)', read("/etc/os-release") or "", re.M)
    synchronised = run("timedatectl", "show", "-p", "NTPSynchronized", "--value")
    return {
        "system": name[1] if name else None,
        "uptime": _first_number(read("/proc/uptime")),
        "memory": sizes,
        "disks": [_disk(path) for path in ("/", "/var") if os.path.isdir(path)],
        "receive_buffer": _first_number(read("/proc/sys/net/core/rmem_max")),
        "container": (run("systemd-detect-virt", "--container") or "").strip() not in ("", "none"),
        "clock_synchronised": {"yes": True, "no": False}.get((synchronised or "").strip()),
        "reboot": reboot(),
        "addresses": re.findall(
            r"\binet6? ([0-9a-f.:]+)", run("ip", "-o", "addr", "show", "scope", "global") or ""
        ),
    }


def _first_number(text: Optional[str]) -> Optional[int]:
    match = re.match(r"\s*(\d{1,18})", text or "")
    return int(match[1]) if match else None


def _disk(path: str) -> Facts:
    found = os.statvfs(path)
    part = found.f_frsize / 1024 / 1024
    return {
        "path": path,
        "free": int(found.f_bavail * part),
        "total": int(found.f_blocks * part),
        "nodes_free": found.f_favail if found.f_files else None,
    }


def reboot() -> Optional[str]:
    """Why a restart of the machine is pending; None when it is not."""
    if os.path.exists("/run/reboot-required") or os.path.exists("/var/run/reboot-required"):
        return "an update asks for it"
    running = os.uname().release
    installed = [os.path.basename(path)[8:] for path in glob.glob("/boot/vmlinuz-*")]
    if installed and running not in installed:
        return "the running kernel %s is no longer installed" % running
    return None


# -- services ----------------------------------------------------------------------------------


def units(_: Facts) -> Facts:
    """State, restarts, start (seconds since 1970) and end for want of memory of each unit."""
    names = [name + ".service" for name in UNITS]
    keys = (
        "Id,LoadState,ActiveState,SubState,Result,NRestarts,UnitFileState,"
        "StateChangeTimestampMonotonic"
    )
    shown = run("systemctl", "show", "-p", keys, *names)
    if shown is None:
        raise RuntimeError("systemctl does not answer")
    boot = time.time() - float((read("/proc/uptime") or "0").split()[0])
    kills = killed_for_memory()
    found: Facts = {}
    for block in shown.split("\n\n"):
        pairs = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        if pairs.get("LoadState") in (None, "not-found"):
            continue
        found[pairs["Id"][: -len(".service")]] = {
            "active": pairs.get("ActiveState"),
            "sub": pairs.get("SubState"),
            "result": pairs.get("Result"),
            "enabled": pairs.get("UnitFileState"),
            "restarts": _first_number(pairs.get("NRestarts")),
            "since": boot + int(pairs.get("StateChangeTimestampMonotonic") or 0) / 1e6,
            "killed": kills.get(pairs["Id"]),
        }
    return found


def killed_for_memory() -> Dict[str, float]:
    """Units of which the kernel ended a process for want of memory, and when it last did: systemd
    writes it down, and shows it as a result only until it has started the unit again."""
    lines = run(
        *("journalctl", "-q", "-b", "-n", "200", "-o", "json", "--output-fields=UNIT"),
        *("_PID=1", "MESSAGE_ID=fe6faa94e7774663a0da52717891d8ef"),
    )
    found: Dict[str, float] = {}
    for line in (lines or "").splitlines():
        entry = json.loads(line)
        found[str(entry.get("UNIT"))] = int(entry["__REALTIME_TIMESTAMP"]) / 1e6
    return found


def processes(_: Facts) -> List[Facts]:
    """The services' processes: whose, since when, how large a Java heap they may take (MiB)."""
    boot = re.search(r"^btime (\d+)", read("/proc/stat") or "", re.M)
    start_of_machine = int(boot[1]) if boot else 0
    tick = os.sysconf("SC_CLK_TCK")
    wanted: Dict[int, str] = {}
    for user in USERS:
        try:
            wanted[pwd.getpwnam(user).pw_uid] = user
        except KeyError:
            continue
    found = []
    for folder in glob.glob("/proc/[0-9]*"):
        try:
            owner = wanted.get(os.stat(folder).st_uid)
        except OSError:
            continue
        line, stat = read(folder + "/cmdline"), read(folder + "/stat")
        if owner is None or not line or not stat:
            continue
        started = start_of_machine + int(stat.rpartition(")")[2].split()[19]) / tick
        heap = re.findall(r"-Xmx(\d+)([kmgKMG]?)(?=\0|$)", line)
        size = None
        if heap:
            unit = {"": 1 / 1024 / 1024, "k": 1 / 1024, "m": 1, "g": 1024}[heap[-1][1].lower()]
            size = int(int(heap[-1][0]) * unit)
        found.append({"user": owner, "started": started, "heap": size})
    return found


def listeners(_: Facts) -> Facts:
    """Sockets that wait, as ``ss`` shows them, and whose they are."""
    sockets = run("ss", "-Htulnpe")
    users = run("getent", "passwd", *USERS) or ""
    return {"sockets": sockets, "users": users}


def logs(_: Facts) -> Facts:
    """Of each log, the known errors in its last part, and how many lines ago the last one was.

    What a service wrote before it was last started, or before it ended, is past; but for the
    moments before, as it may be what ended it.
    """
    began = beginnings()
    found: Facts = {}
    for name, (path, _user) in LOGS.items():
        text, written = read(path, TAIL, tail=True), modified(path)
        if text is None or written is None:
            continue
        lines = text.splitlines()
        seen: Facts = {}
        for kind, pattern in ERRORS.items():
            since = began.get(name, 0.0) - BEFORE_START.get(kind, 2)
            later = recent(lines, since, written)
            places = [n for n, line in enumerate(later) if re.search(pattern, line)]
            if places:
                seen[kind] = {"count": len(places), "lines_ago": len(later) - places[-1]}
        since = began.get(name, 0.0) - 2
        modules = re.findall(
            r"module '([\w.]{1,60})' not found", "\n".join(recent(lines, since, written))
        )
        found[name] = {
            "errors": seen,
            "modules": sorted(set(modules))[:10],
            "written": written,
        }
    return found


def beginnings() -> Dict[str, float]:
    """When each service's process was started; of one that does not run, when it ended."""
    try:
        found = {name: unit["since"] for name, unit in units({}).items()}
    except RuntimeError:
        found = {}
    for name, (_, user) in LOGS.items():
        started = [p["started"] for p in processes({}) if p["user"] == user]
        if started:
            found[name] = min(started)
    return found


def recent(lines: List[str], since: float, written: float) -> List[str]:
    """A log's lines from the first that is not older. Those that bear no time belong to the one
    before; the last ones were written when the file was. All of them where no time is known."""
    times = [time_of(line) for line in lines]
    known = [number for number, when in enumerate(times) if when is not None]
    old = [number for number in known if (times[number] or 0.0) < since]
    if not old:
        return lines
    later = [number for number in known if number > old[-1]]
    if later:
        return lines[later[0] :]
    return lines[old[-1] + 1 :] if written >= since else []


def time_of(line: str) -> Optional[float]:
    """When a line was written: as the Java programs say it, or as Prosody does, without a year."""
    full = re.search(r"\b(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)\b", line[:200])
    short = re.match(r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d ", line)
    try:
        if full:
            return time.mktime(time.strptime("%s %s" % full.groups(), "%Y-%m-%d %H:%M:%S"))
        if short:
            year = time.localtime().tm_year
            for guess in (year, year - 1):
                form = "%d %s" % (guess, short[0].strip())
                written = time.mktime(time.strptime(form, "%Y %b %d %H:%M:%S"))
                if written < time.time() + 86400:
                    return written
    except (ValueError, OverflowError):
        pass
    return None


def complaints(_: Facts) -> Facts:
    """What a web server or XMPP server that will not run says about its settings."""
    found: Facts = {}
    for name, command in (("nginx", ("nginx", "-t", "-q")), ("prosody", ("luac5.4", "-p"))):
        if (run("systemctl", "is-active", name) or "").strip() == "active":
            continue
        argv = list(command) + (glob.glob("/etc/prosody/conf.d/*.lua") if name == "prosody" else [])
        try:
            done = subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        if done.returncode and said:
            found[name] = said[0][:300]
    return found


# -- logins, and what the services say of themselves ---------------------------------------------


def ask(port: int, path: str, host: str = "127.0.0.1") -> Tuple[Optional[int], str]:
    """Status and body of a page on loopback; None when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
        return answer.status, answer.read(512 * 1024).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return None, ""
    finally:
        connection.close()


def focus(order: Facts) -> Facts:
    """How many bridges jicofo sees, and how many work."""
    status, body = ask(8888, "/stats")
    found: Facts = {"answers": status is not None, "account": account("focus", order)}
    try:
        selector = json.loads(body)["bridge_selector"]
        found["bridges"] = int(selector["bridge_count"])
        found["operational"] = int(selector["operational_bridge_count"])
    except (ValueError, KeyError, TypeError):
        pass
    text = read("/etc/jitsi/jicofo/jicofo.conf") or ""
    found["domain"] = _value(text, r"xmpp-domain")
    return found


def bridge(order: Facts) -> Facts:
    """The bridge's verdict about itself, and the addresses that it tells participants."""
    status, body = ask(8080, "/about/health")
    text = re.sub(r"(?m)^[ \t]*(?:#|//).*$", "", read("/etc/jitsi/videobridge/jvb.conf") or "")
    legacy = read("/etc/jitsi/videobridge/sip-communicator.properties") or ""
    domain = _value(text, r"DOMAIN")
    return {
        "answers": status is not None,
        "healthy": None if status is None else status == 200,
        "complaint": body.strip()[:200] if status not in (None, 200) else "",
        "account": account("jvb", order),
        "mappings": list(
            zip(
                re.findall(r"local-address\"?\s*[=:]\s*\"?([0-9A-Fa-f.:]+)", text),
                re.findall(r"public-address\"?\s*[=:]\s*\"?([0-9A-Fa-f.:]+)", text),
            )
        ),
        "domain": domain[len("auth.") :] if domain and domain.startswith("auth.") else domain,
        "legacy": bool(re.search(r"^[ \t]*org\.(?:ice4j|jitsi)\.", legacy, re.M)),
    }


def _value(text: str, key: str) -> Optional[str]:
    found = re.findall(r"(?:^|[\s.{\"])" + key + r"\"?\s*[=:]\s*\"?([A-Za-z0-9.-]+)", text)
    return found[-1] if found else None


def account(user: str, order: Facts) -> Optional[str]:
    """Whether the password in the program's file is that of its account: right, wrong, missing."""
    folder = re.sub(
        r"[^A-Za-z0-9]", lambda match: "%%%02x" % ord(match[0]), "auth." + order["domain"]
    )
    if not os.path.isdir("/var/lib/prosody/" + folder):
        return None
    stored = read("/var/lib/prosody/%s/accounts/%s.dat" % (folder, user))
    if stored is None:
        return "missing"
    path = "/etc/jitsi/jicofo/jicofo.conf" if user == "focus" else "/etc/jitsi/videobridge/jvb.conf"
    mine = _PASSWORD.findall(re.sub(r"(?m)^[ \t]*(?:#|//).*$", "", read(path) or ""))
    fields = dict(re.findall(r'\["(\w+)"\]\s*=\s*"?([^";\n]+)', stored))
    if not mine or not {"salt", "iteration_count", "stored_key"} <= set(fields):
        return None
    rounds = int(fields["iteration_count"])
    if not 0 < rounds <= 1_000_000:
        return None
    salted = hashlib.pbkdf2_hmac("sha1", mine[-1].encode(), fields["salt"].encode(), rounds)
    key = hashlib.sha1(hmac.new(salted, b"Client Key", "sha1").digest()).hexdigest()  # noqa: S324
    return "right" if hmac.compare_digest(key, fields["stored_key"].lower()) else "wrong"


def xmpp(order: Facts) -> Facts:
    """Whether browsers could sign in, and whether the parts can trust the server."""
    domain = order["domain"]
    status, _ = ask(5280, "/http-bind", domain)
    certificate = read("/var/lib/prosody/auth.%s.crt" % domain)
    body = "".join((certificate or "").split("-----")[2:3]).split()
    bundle = "".join((read("/etc/ssl/certs/ca-certificates.crt") or "").split())
    plugins = [unpacked(p) for p in glob.glob("/usr/share/jitsi-meet/prosody-plugins/*.lua")]
    return {
        "answers": status is not None,
        "status": status,
        "trusted": "".join(body) in bundle if body else None,
        "java_trust_written": modified("/etc/ssl/certs/java/cacerts"),
        "plugins_written": max((p for p in plugins if p is not None), default=None),
    }


def web(order: Facts) -> Facts:
    """Whether the site serves its settings over TLS."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        plain = socket.create_connection(("127.0.0.1", 443), 4)
        with context.wrap_socket(plain, server_hostname=order["domain"]) as secure:
            secure.settimeout(4)
            secure.sendall(
                ("GET /config.js HTTP/1.0\r\nHost: %s\r\n\r\n" % order["domain"]).encode("ascii")
            )
            answer = b""
            while len(answer) < 1024 * 1024:
                piece = secure.recv(65536)
                if not piece:
                    break
                answer += piece
    except (OSError, ValueError):
        return {"status": None}
    head, _, body = answer.partition(b"\r\n\r\n")
    words = head.split(None, 2)
    return {
        "status": int(words[1]) if len(words) > 1 and words[1].isdigit() else None,
        "settings": order["domain"].encode() in body,
    }


# -- certificates ------------------------------------------------------------------------------


def certificates(order: Facts) -> Facts:
    """Of each certificate, as a file and as served: until when, for which names, which one."""
    domain, relay = order["domain"], order["turn_domain"]
    settings = read("/etc/turnserver.conf") or ""
    turn_file = re.findall(r"^cert\s*=\s*(\S+)", settings, re.M)
    pems = {
        "web": read("/etc/jitsi/meet/%s.crt" % domain),
        "web served": served(443, domain),
        "turn": read(turn_file[-1]) if turn_file else None,
        "turn served": served(5349, relay),
        "xmpp": read("/var/lib/prosody/auth.%s.crt" % domain),
    }
    leaves = {name: leaf(pem) for name, pem in pems.items() if pem}
    known = {pem: described(pem) for pem in set(leaves.values())}
    return {name: known[pem] for name, pem in leaves.items()}


def leaf(pem: str) -> str:
    """The first certificate of a chain, written in one way."""
    body = pem.partition("-----BEGIN CERTIFICATE-----")[2].partition("-----END")[0]
    return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n" % "\n".join(
        re.findall(".{1,64}", "".join(body.split()))
    )


def served(port: int, name: str) -> Optional[str]:
    """The certificate that a port of this machine shows."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        plain = socket.create_connection(("127.0.0.1", port), 4)
        with context.wrap_socket(plain, server_hostname=name) as secure:
            shown = secure.getpeercert(True)
    except (OSError, ValueError):
        return None
    return ssl.DER_cert_to_PEM_cert(shown) if shown else None


def described(pem: str) -> Optional[Facts]:
    """A certificate in words, by openssl."""
    text = run(
        *("openssl", "x509", "-noout", "-startdate", "-enddate", "-subject", "-issuer"),
        *("-fingerprint", "-sha256", "-ext", "subjectAltName"),
        stdin=pem.encode(),
    )
    if text is None:
        return None
    lines = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    prints = [v for k, v in lines.items() if "ingerprint" in k]
    try:
        start = ssl.cert_time_to_seconds(lines["notBefore"])
        end = ssl.cert_time_to_seconds(lines["notAfter"])
    except (KeyError, ValueError):
        return None
    names = re.findall(r"(?:DNS|IP Address):([^,\s]+)", text)
    return {
        "start": start,
        "end": end,
        "names": names[:50],
        "fingerprint": prints[0] if prints else "",
        "self_signed": lines.get("subject", "").strip() == lines.get("issuer", " ").strip(),
    }


# -- packages, names, network ----------------------------------------------------------------------


def packages(_: Facts) -> Facts:
    """Versions, holds, what is half installed, settings that an update left aside."""
    form = "${db:Status-Want}\t${db:Status-Status}\t${Package}\t${Version}\n"
    # It fails when one pattern fits nothing, and lists what fits the others all the same.
    done = subprocess.run(
        ["dpkg-query", "-W", "-f", form, *PACKAGES],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=SECONDS,
    )
    text = done.stdout.decode("utf-8", "replace")
    found = {}
    for line in text.splitlines():
        want, state, name, version = (line.split("\t") + [""] * 4)[:4]
        if state not in ("", "not-installed", "config-files"):
            found[name] = {"version": version, "state": state, "held": want == "hold"}
    aside = [
        path
        for folder in ("/etc/jitsi", "/etc/prosody", "/etc/nginx", "/etc")
        for ending in ("dpkg-dist", "dpkg-new", "dpkg-old")
        for path in glob.glob("%s/**/*.%s" % (folder, ending), recursive=folder != "/etc")
    ]
    lock = run("fuser", "/var/lib/dpkg/lock-frontend")
    return {"installed": found, "aside": sorted(set(aside))[:20], "under_way": bool(lock)}


def names(_: Facts) -> Facts:
    """The domains that the parts were set up for, as their files' names say."""

    def stems(pattern: str, ending: str) -> List[str]:
        return sorted(os.path.basename(path)[: -len(ending)] for path in glob.glob(pattern))[:20]

    return {
        "web": stems("/etc/jitsi/meet/*-config.js", "-config.js"),
        "site": stems("/etc/nginx/sites-enabled/*.conf", ".conf"),
        "xmpp": [n for n in stems("/etc/prosody/conf.d/*.cfg.lua", ".cfg.lua") if "." in n],
    }


def firewall(_: Facts) -> Facts:
    """The packet filters: all tables, what our own lets in, those of others that drop."""
    text = run("nft", "list", "tables")
    if text is None:
        return {"tables": None}
    tables = [
        line[len("table ") :].strip() for line in text.splitlines() if line.startswith("table ")
    ]
    dropping: List[Facts] = []
    for table in tables:
        if table.startswith("inet selfhost") or len(dropping) > 5:
            continue
        rules = run("nft", "-s", "list", "table", *table.split()) or ""
        if re.search(r"hook input priority [^;]+; policy drop;", rules):
            dropping.append({"name": table, "rules": rules[:20000]})
    return {
        "tables": tables,
        "rules": (run("nft", "-s", "list", "chain", "inet", "selfhost", "input") or "")[:20000],
        "dropping": dropping,
    }


SECTIONS: Dict[str, Callable[[Facts], Any]] = {
    "machine": machine,
    "units": units,
    "processes": processes,
    "listeners": listeners,
    "logs": logs,
    "complaints": complaints,
    "focus": focus,
    "bridge": bridge,
    "xmpp": xmpp,
    "web": web,
    "certificates": certificates,
    "packages": packages,
    "names": names,
    "firewall": firewall,
}


def look(order: Facts) -> Facts:
    """All sections; one that fails is null."""
    found: Facts = {"selfhost-probe": FORMAT, "now": time.time(), "root": os.geteuid() == 0}
    for name, section in SECTIONS.items():
        try:
            found[name] = section(order)
        except Exception:  # a section must not take the others with it
            found[name] = None
    return found


if __name__ == "__main__":
    os.environ.update(
        LC_ALL="C", PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    )
    json.dump(look(json.load(sys.stdin)), sys.stdout)
    print()
