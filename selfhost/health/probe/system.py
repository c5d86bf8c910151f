"""Packages, names and packet filters."""

import glob
import os
import re
import subprocess
from typing import List

from selfhost.health.probe.asking import SECONDS, Facts, run

PACKAGES = (
    *("jitsi-*", "jicofo", "jibri", "jigasi", "prosody*", "nginx", "coturn"),
    *("openjdk-*-jre-headless", "apache2", "ejabberd", "lighttpd", "caddy", "openresty"),
)


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
