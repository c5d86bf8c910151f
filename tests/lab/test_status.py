"""``selfhost status`` on a real server."""

import json

from tests.lab.conftest import Site


def test_a_provisioned_server_is_fine_and_says_so(site: Site) -> None:
    done = site.selfhost("status", "--format", "json")
    document = json.loads(done.stdout)
    bad = [
        line
        for host in document["hosts"]
        for line in host["lines"]
        if line["state"] in ("bad", "unknown")
    ]
    assert bad == []
    assert (done.returncode, document["verdict"]) == (0, "fine")
    lines = {f"{x['area']}/{x['name']}": x for x in document["hosts"][0]["lines"]}
    assert lines["logins/bridges"]["text"] == "1 of 1 logged in and working"
    assert {"certificates/web", "certificates/turn", "certificates/xmpp"} <= set(lines)
    assert lines["machine/firewall"]["text"] == "in force"


def test_piped_text_is_plain(site: Site) -> None:
    done = site.selfhost("status")
    assert done.returncode == 0, done.stdout
    assert "\x1b" not in done.stdout
    assert "✓ ok" in done.stdout
