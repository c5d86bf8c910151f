"""Rules between the hosts of a site: each a pure function on all of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from selfhost.settings.document import Place, Value
from selfhost.settings.problems import Problem

#: A bridge's name is part of its account's.
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,200}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Member:
    """A host as these rules see it: ``settings`` with defaults, ``values`` as they were written."""

    name: str
    groups: tuple[str, ...]
    settings: Mapping[str, Any]
    values: Mapping[str, Value]

    def place(self, key: str) -> Place | None:
        """Where the host's setting stands."""
        return self.values[key].place if key in self.values else None


def member_problems(members: Sequence[Member], hosts_file: str) -> Iterator[Problem]:
    """All that is wrong between hosts; nothing can be for one."""
    if len(members) < 2:
        return
    yield from _one_domain(members)
    yield from _own_addresses(members)
    yield from _together(members, hosts_file)
    yield from _bridges(members, hosts_file)
    yield from _turn(members, hosts_file)


def _one_domain(members: Sequence[Member]) -> Iterator[Problem]:
    first = members[0]
    for member in members[1:]:
        if member.settings.get("site_domain") != first.settings.get("site_domain"):
            yield Problem(
                "site_domain",
                f"{member.name} has another domain than {first.name}",
                "write it once, in group_vars/all/settings.yml: a site has one domain",
                member.place("site_domain"),
            )


def _own_addresses(members: Sequence[Member]) -> Iterator[Problem]:
    for key in ("site_public_address", "site_public_address_v6", "site_private_address"):
        taken: dict[str, str] = {}
        for member in members:
            address = member.settings.get(key)
            if not isinstance(address, str) or not address:
                continue
            other = taken.setdefault(address, member.name)
            if other != member.name:
                yield Problem(
                    key,
                    f"{member.name} and {other} have the same, {address}",
                    f"give each host its own {key} (or '' for none) below its name in hosts.yml",
                    member.place(key),
                )


def _together(members: Sequence[Member], hosts_file: str) -> Iterator[Problem]:
    """The web server talks to the XMPP server on loopback."""
    for member in members:
        if ("jitsi_web" in member.groups) != ("jitsi_signalling" in member.groups):
            has, lacks = (
                ("jitsi_web", "jitsi_signalling")
                if "jitsi_web" in member.groups
                else ("jitsi_signalling", "jitsi_web")
            )
            yield Problem(
                hosts_file,
                f"{member.name} is in {has} and not in {lacks}",
                "both must be the same host: web and XMPP server talk on loopback",
            )


def _bridges(members: Sequence[Member], hosts_file: str) -> Iterator[Problem]:
    taken: dict[str, str] = {}
    for member in members:
        if "jitsi_videobridge" not in member.groups:
            continue
        if not _NAME.fullmatch(member.name):
            yield Problem(
                hosts_file,
                f"{member.name!r} cannot be the name of a bridge",
                "use letters, digits, dots and hyphens",
            )
        password = member.settings.get("site_jvb_password")
        if not isinstance(password, str):
            continue
        other = taken.setdefault(password, member.name)
        if other != member.name:
            yield Problem(
                "site_jvb_password",
                f"the bridges {other} and {member.name} have the same",
                f"give {member.name} one of its own in host_vars/{member.name}/secrets.yml, so "
                "that it can be shut out alone",
                member.place("site_jvb_password"),
            )


def _turn(members: Sequence[Member], hosts_file: str) -> Iterator[Problem]:
    relays = [member for member in members if "jitsi_turn" in member.groups]
    if len(relays) > 1:
        yield Problem(
            hosts_file,
            "the group jitsi_turn has more than one host",
            "participants are told one TURN server",
        )
    for member in relays:
        name = member.settings.get("turn_domain", "")
        if "jitsi_web" not in member.groups and name in ("", member.settings.get("site_domain")):
            yield Problem(
                "turn_domain",
                f"is needed, because TURN has a host of its own ({member.name})",
                "set it in group_vars/all/settings.yml to a name whose DNS record is that host's "
                "address",
                member.place("turn_domain"),
            )
