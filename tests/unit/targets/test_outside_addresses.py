"""A name with an IPv4 and an IPv6 address, and what stands behind each."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from selfhost.audit.evaluate import evaluate
from selfhost.audit.model import Result
from selfhost.controls.registry import controls
from selfhost.targets.outside import TENANT, OutsideTarget
from tests.unit.targets.outside_server import Answer, Served, serve, text

CONFIG = "var config = { hosts: { domain: 'localhost' } };\n"
Two = tuple[Served, Served]


@pytest.fixture(autouse=True)
def both(monkeypatch: pytest.MonkeyPatch) -> None:
    """localhost has one address of each family, whatever this machine's hosts file says."""
    real = socket.getaddrinfo

    def resolve(host: Any, *rest: Any, **more: Any) -> Any:
        if host != "localhost":
            return real(host, *rest, **more)
        return [found for a in ("127.0.0.1", "::1") for found in real(a, *rest, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def site(served: Served, config: str = CONFIG, policy: str = "") -> None:
    headers = {"Content_Security_Policy": policy} if policy else {}
    served.places["/"] = text("<html></html>", "text/html", 200, **headers)
    served.places["/config.js"] = text(config, "application/javascript")


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    """A server behind each address, with a certificate of its own."""
    for name in ("four", "six"):
        (tmp_path / name).mkdir()
    with serve(tmp_path / "four") as four:
        port = int(four.url.rpartition(":")[2])
        with serve(tmp_path / "six", address="::1", port=port) as six:
            site(four)
            site(six)
            yield four, six


@pytest.fixture
def vouched(two: Two, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Two:
    """Both certificates are trusted."""
    found = b"".join((tmp_path / name / "cert.pem").read_bytes() for name in ("four", "six"))
    (tmp_path / "authorities.pem").write_bytes(found)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authorities.pem"))
    return two


def judged(served: Served) -> Result:
    report = evaluate(OutsideTarget(served.url).collect(), controls())
    return next(r for r in report.results if r.control == "outside-addresses")


def test_both_families_lead_to_the_same(vouched: Two) -> None:
    found = judged(vouched[0])
    assert str(found.status) == "pass", found.message


def test_two_certificates_that_nobody_vouches_for_are_two_servers(two: Two) -> None:
    found = judged(two[0])
    assert str(found.status) == "fail"
    assert "IPv6 ::1 has another certificate" in found.message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"config": CONFIG + "config.liveStreaming = { enabled: true };"}, "another config.js"),
        ({"policy": "default-src 'self'"}, "has a Content-Security-Policy"),
    ],
)
def test_other_settings_behind_ipv6_are_found(
    change: dict[str, str], said: str, vouched: Two
) -> None:
    site(vouched[1], **change)
    found = judged(vouched[0])
    assert str(found.status) == "fail"
    assert said in found.message


def test_settings_that_change_each_time_are_not_compared(vouched: Two) -> None:
    vouched[1].places["/config.js"] = _counting()
    found = judged(vouched[0])
    assert (str(found.status), "each time" in found.message) == ("unknown", True)


def _counting() -> Answer:
    served: list[int] = []

    def answer(handler: Any, given: bytes) -> None:
        served.append(0)
        text(CONFIG + f"// {len(served)}\n", "application/javascript")(handler, given)

    return answer


def test_an_address_where_nobody_answers_is_unknown(tmp_path: Path) -> None:
    with serve(tmp_path) as four:
        site(four)
        found = judged(four)
    assert str(found.status) == "unknown"
    assert "IPv6 ::1 could not be looked at: the connection is refused" in found.message


# -- settings at other places of the site ----------------------------------------------------------


@pytest.mark.parametrize(("opened", "other"), [("", f"/{TENANT}"), ("/sales", "")])
def test_settings_of_tenants_and_of_the_root_are_judged_too(
    opened: str, other: str, tmp_path: Path
) -> None:
    with serve(tmp_path) as served:
        site(served)
        served.places[f"{opened}/"] = text("<html></html>")
        served.places[f"{opened}/config.js"] = text(CONFIG, "text/javascript")
        served.places[f"{other}/config.js"] = text(CONFIG + "config.p2p = {};", "text/javascript")
        documents = OutsideTarget(served.url + opened).collect().of("web.config")
    assert [d.path.removeprefix(served.url) for d in documents] == [
        f"{opened}/config.js",
        f"{other}/config.js",
    ]


def test_the_same_settings_are_judged_once(tmp_path: Path) -> None:
    with serve(tmp_path) as served:
        site(served)
        served.places[f"/{TENANT}/config.js"] = text(CONFIG, "text/javascript")
        assert len(OutsideTarget(served.url).collect().of("web.config")) == 1
