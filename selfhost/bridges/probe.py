"""Runs on a bridge's host: switches its drain mode, and tells how it is. Standard library only.

Facts: jitsi-videobridge, rest/root/colibri/drain (POST enable, disable; GET gives the state) and
metrics/VideobridgeMetrics (``jitsi_jvb_conferences``), on its private interface on loopback.
"""

import json
import sys
import urllib.request
from typing import Any, Dict, Optional

BASE = "http://127.0.0.1:8080"
SECONDS = 10
LIMIT = 1024 * 1024


def request(path: str, method: str = "GET") -> str:
    """The body of an answer with status 200; anything else is an OSError."""
    order = urllib.request.Request(BASE + path, method=method)  # noqa: S310 - the same
    with urllib.request.urlopen(order, timeout=SECONDS) as answer:  # noqa: S310 - http, loopback
        body: bytes = answer.read(LIMIT)
        return body.decode("utf-8", "replace")


def conferences(metrics: str) -> Optional[int]:
    """The value of the gauge; None where it is not there."""
    for line in metrics.splitlines():
        name, _, value = line.partition(" ")
        if name in ("jitsi_jvb_conferences", "jitsi_jvb_conferences{}"):
            return int(float(value.split()[0]))
    return None


def main() -> None:
    """One JSON object on standard output, whatever happens."""
    order = json.load(sys.stdin)
    said: Dict[str, Any] = {"drain": None, "conferences": None, "error": ""}
    try:
        if order.get("drain") is not None:
            request("/colibri/drain/" + ("enable" if order["drain"] else "disable"), "POST")
        said["drain"] = json.loads(request("/colibri/drain"))["drain"]
        said["conferences"] = conferences(request("/metrics"))
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        said["error"] = str(getattr(error, "reason", error))
    print(json.dumps(said))


if __name__ == "__main__":
    main()
