import re
from collections.abc import Iterator

from selfhost.controls.model import Category, Control, Fix, Severity, Verdict, fail, passed, unknown
from selfhost.controls.model import Cited as Place
from selfhost.controls.prosody_examples import BROKEN_PROSODY, HOST, NO_PROSODY, prosody
from selfhost.controls.prosody_predicates import settings, whole
from selfhost.controls.web_predicates import Owner, leaves, whose
from selfhost.effective.server import Server
from selfhost.readers.prosody import Section
from selfhost.readers.tree import Node, Unknown

#: The options, and the ways of authentication that read each.
PLACES = {
    "ldap_server": ("ldap", "ldap2"),
    "uvs_base_url": ("matrix_user_verification",),
    "http_auth_url": ("http", "http_async"),
    "auth_imap_host": ("imap",),
}


def _check(server: Server) -> Iterator[Verdict]:
    methods = {
        str(node.value)
        for section in server.prosody.active
        if (node := server.prosody.get(section.name, "authentication")) is not None
    }
    for option, readers in PLACES.items():
        if not methods & set(readers):
            continue
        for section, node in settings(server, option):
            for leaf in leaves(node):
                yield from _judged(server, section, option, leaf)
    yield passed("logins are checked here", *whole(server))


def _judged(server: Server, section: Section, option: str, leaf: Node) -> Iterator[Verdict]:
    place = Place.node(f"{section.name}: {option}", leaf)
    if isinstance(leaf.value, Unknown):
        yield unknown(f"{option} cannot be told: {leaf.value.reason}", place)
        return
    for address in str(leaf.value).split():
        host = re.sub(r"^[a-z]+://", "", address.lower()).partition("/")[0].partition(":")[0]
        found = whose(server, host)
        if found.owner is Owner.FOREIGN:
            yield fail(f"{option}: {found.why}; logins go there", place)
        elif found.owner is Owner.UNCLEAR:
            yield unknown(f"{option}: {found.why}; logins go there", place)


_LDAP = f'{HOST}    authentication = "ldap"\n'

CONTROL = Control(
    id="prosody-directories",
    title="Passwords are checked by no other party",
    category=Category.THIRD_PARTY,
    severity=Severity.MEDIUM,
    component="prosody",
    needs=("prosody.config",),
    risk="Names and passwords, or tokens, of everybody who logs in go to the directory or "
    "verification service.",
    upstream_default="none",
    fix=Fix(by_hand="Use accounts of the server or your own directory, and restart prosody."),
    references=("jitsi/docker-jitsi-meet: prosody/rootfs/defaults/conf.d/jitsi-meet.cfg.lua",),
    gdpr="Art. 28",
    surfaces=("prosody-ldap-matrix-auth",),
    check=_check,
    bad=(
        prosody(f'{_LDAP}    ldap_server = "ldap.other.example"\n', at=3),
        prosody(f'{_LDAP}    ldap_server = "ldaps://ldap.other.example:636/"\n', at=3),
        prosody(
            f'{HOST}    authentication = "matrix_user_verification"\n'
            '    uvs_base_url = "https://matrix.other.example"\n',
            at=3,
        ),
    ),
    good=(
        prosody(f'{_LDAP}    ldap_server = "ldaps://ldap.example.org"\n', note="the own domain"),
        prosody(f'{_LDAP}    ldap_server = "10.0.0.7 localhost"\n', note="inside"),
        prosody(
            f'{HOST}    authentication = "internal_hashed"\n    ldap_server = "a.example"\n',
            note="nothing reads it",
        ),
        NO_PROSODY,
    ),
    unclear=(prosody(f"{_LDAP}    ldap_server = os.getenv('L')\n"), BROKEN_PROSODY),
)
