from collections.abc import Iterator
from typing import Any

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.outside_examples import seen
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server
from selfhost.readers.outside import Seen


def check(server: Server) -> Iterator[Verdict]:
    """Each address against the first that answered."""
    addresses = server.outside("outside.addresses")
    if not addresses:
        yield unknown("no address was asked", *looked_at(server, "outside.addresses"))
    answered = [address for address in addresses if not address.text("why")]
    for address in addresses:
        cited = Cited(address.origin)
        if why := address.text("why"):
            yield unknown(f"{_name(address)} could not be looked at: {why}", cited)
        elif why := _differs(address, answered[0]):
            yield fail(f"{_name(address)} {why}, unlike {answered[0].text('address')}", cited)
        elif address.true("changes") and len(addresses) > 1:
            yield unknown(f"{_name(address)} serves another config.js each time", cited)
        else:
            yield passed(f"{_name(address)} serves what all do", cited)


def _name(address: Seen) -> str:
    return f"{address.text('family')} {address.text('address')}"


def _differs(one: Seen, other: Seen) -> str:
    if one.true("trusted") != other.true("trusted"):
        return "has a certificate that is " + ("" if one.true("trusted") else "not ") + "trusted"
    if not one.true("trusted") and one.text("certificate") != other.text("certificate"):
        return "has another certificate, and neither is trusted"
    if bool(one.text("settings")) != bool(other.text("settings")):
        return "serves a config.js" if one.text("settings") else "serves no config.js"
    if bool(one.text("policy")) != bool(other.text("policy")):
        return "has a Content-Security-Policy" if one.text("policy") else "has no policy"
    same = one.text("settings") == other.text("settings")
    if not same and not one.true("changes") and not other.true("changes"):
        return "serves another config.js"
    return ""


def _address(address: str, **more: Any) -> dict[str, Any]:
    family = "IPv6" if ":" in address else "IPv4"
    entry = {"address": address, "family": family, "why": "", "trusted": True, "changes": False}
    return {**entry, "certificate": "c1", "settings": "s1", "policy": "", **more}


V4, V6 = "192.0.2.1", "2001:db8::1"

CONTROL = Control(
    id="outside-addresses",
    title="Every address of the server's name leads to the same server",
    category=Category.INTEGRITY,
    severity=Severity.HIGH,
    component="web",
    needs=("outside.addresses",),
    risk="Participants with IPv6 take another address than those without. Where it is another "
    "server's, or that of an old one, whatever is known of the server does not hold for them.",
    upstream_default="one address for each family, as the operator's DNS has it",
    fix=Fix(
        by_hand="Remove A and AAAA records of other machines; let nginx listen on both families "
        "with the same server block."
    ),
    references=("https://www.rfc-editor.org/rfc/rfc8305",),
    check=check,
    bad=(
        seen("outside.addresses", _address(V4), _address(V6, settings="s2"), at=2),
        seen("outside.addresses", _address(V4), _address(V6, settings=""), at=2),
        seen("outside.addresses", _address(V4), _address(V6, trusted=False), at=2),
        seen("outside.addresses", _address(V4, policy="default-src 'self'"), _address(V6), at=2),
        seen(
            "outside.addresses",
            _address(V4, trusted=False),
            _address(V6, trusted=False, certificate="c2"),
            at=2,
        ),
    ),
    good=(
        seen("outside.addresses", _address(V4)),
        seen("outside.addresses", _address(V4), _address(V6)),
        seen(
            "outside.addresses",
            _address(V4),
            _address(V6, certificate="c2"),
            note="an authority vouches for both",
        ),
        seen("outside.addresses", _address(V4, changes=True), note="nothing to compare with"),
    ),
    unclear=(
        seen("outside.addresses"),
        seen("outside.addresses", _address(V4), _address(V6, why="the connection is refused")),
        seen("outside.addresses", _address(V4), _address(V6, settings="s2", changes=True)),
        Example({}, note="nothing was seen"),
    ),
)
