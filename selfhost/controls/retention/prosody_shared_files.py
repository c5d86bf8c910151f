from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.prosody_examples import (
    BROKEN_PROSODY,
    HIDDEN_PROSODY,
    HOST,
    NO_PROSODY,
    prosody,
)
from selfhost.controls.prosody_predicates import no_module

_COMPONENT = 'Component "filesharing.meet.example.org" "filesharing_component"\n'

CONTROL = Control(
    id="prosody-shared-files",
    title="The chat server offers no sharing of files",
    category=Category.RETENTION,
    severity=Severity.LOW,
    component="prosody",
    needs=("prosody.config",),
    risk="The names of shared files are kept with the room, and clients are told that files can be "
    "shared; what they upload goes to fileSharing.apiUrl.",
    upstream_default="in Debian's template, not in Docker's",
    fix=Fix(
        variable="web_file_sharing",
        value="false",
        by_hand="Remove the filesharing_component and restart prosody.",
    ),
    references=("jitsi/jitsi-meet: resources/prosody-plugins/mod_filesharing_component.lua",),
    surfaces=("prosody-filesharing-component",),
    check=no_module("filesharing_component", "filesharing", why="files can be shared"),
    bad=(prosody(HOST + _COMPONENT, at=2),),
    good=(
        prosody(f"{HOST}-- {_COMPONENT}", note="a comment"),
        prosody(f"{HOST}{_COMPONENT}    enabled = false\n", note="switched off"),
        NO_PROSODY,
    ),
    unclear=(BROKEN_PROSODY, HIDDEN_PROSODY),
)
