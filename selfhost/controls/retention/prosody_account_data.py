from collections.abc import Iterator

from selfhost.controls.model import Category, Cited, Control, Fix, Severity, Verdict, fail, passed
from selfhost.controls.prosody_examples import (
    BROKEN_PROSODY,
    HOST,
    NO_PROSODY,
    enabled,
    prosody,
)
from selfhost.controls.prosody_predicates import unknown_modules, whole
from selfhost.effective.prosody import loaded
from selfhost.effective.server import Server

KEEPING = (
    "account_activity",
    "carbons",
    "lastactivity",
    "pep",
    "private",
    "vcard",
    "vcard4",
    "vcard_legacy",
)


def _check(server: Server) -> Iterator[Verdict]:
    for section in server.prosody.active:
        if section.kind != "VirtualHost":
            continue
        modules = loaded(server.prosody, section)
        found = [use for use in modules if use.name in KEEPING and use.certain]
        if found:
            names = ", ".join(sorted(use.name for use in found))
            yield fail(
                f"{section.name}: {names}", *(Cited(use.origin, use.name) for use in found[:3])
            )
        elif modules.rest is not None:
            yield unknown_modules(section, modules.rest)
    yield passed("accounts are accounts and nothing more", *whole(server))


CONTROL = Control(
    id="prosody-account-data",
    title="Accounts keep no profile and no time of last use",
    category=Category.RETENTION,
    severity=Severity.LOW,
    component="prosody",
    needs=("prosody.config",),
    risk="Profiles, private data and the time of the last login of every account stay on disk.",
    upstream_default="loaded by Debian's prosody.cfg.lua",
    fix=Fix(
        by_hand="Name these modules in modules_disabled of the global section, remove what they "
        "kept under /var/lib/prosody, and restart prosody."
    ),
    references=("bjc/prosody: prosody.cfg.lua.dist",),
    gdpr="Art. 5(1)(c)",
    surfaces=("prosody-offline-and-private",),
    check=_check,
    bad=(
        prosody('modules_enabled = { "roster"; "vcard4" }\n' + HOST, at=1),
        prosody(enabled("account_activity"), at=2),
        prosody('modules_enabled = { "bookmarks" }\n' + HOST, at=1, note="it loads pep"),
    ),
    good=(
        prosody('modules_enabled = { "roster"; -- "pep";\n}\n' + HOST, note="a comment"),
        prosody(
            'modules_enabled = { "private" }\nmodules_disabled = { "private" }\n' + HOST,
            note="disabled again",
        ),
        prosody(
            'modules_enabled = { "pep" }\nComponent "conference.meet.example.org" "muc"\n',
            note="components do not inherit it",
        ),
        NO_PROSODY,
    ),
    unclear=(prosody("modules_enabled = modules()\n" + HOST), BROKEN_PROSODY),
)
