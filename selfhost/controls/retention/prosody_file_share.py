from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.prosody_predicates import no_module

CONTROL = Control(
    id="prosody-file-share",
    title="The chat server stores no uploaded files",
    category=Category.RETENTION,
    severity=Severity.HIGH,
    component="prosody",
    needs=("prosody.config",),
    risk="Uploaded files stay on the server, for a week by default.",
    upstream_default="commented out in Prosody's sample",
    fix=Fix(by_hand=("Remove the http_file_share or http_upload component and restart prosody.")),
    references=("prosody: prosody.cfg.lua.dist",),
    surfaces=("prosody-http-file-share",),
    check=no_module(
        "http_file_share", "http_upload", "http_upload_external", why="uploaded files are kept"
    ),
    bad=(
        Example({"prosody.config": 'Component "share.meet.example.org" "http_file_share"\n'}, at=1),
    ),
    good=(
        Example({"prosody.config": 'VirtualHost "meet.example.org"\n'}),
        Example(
            {
                "prosody.config": (
                    'Component "filesharing.meet.example.org" "filesharing_component"\n'
                )
            },
            note="keeps a list in the room, no files",
        ),
        Example({}, absent=("prosody.config",), note="not installed"),
    ),
    unclear=(
        Example({"prosody.config": 'VirtualHost "meet.example.org\n'}, note="does not parse"),
    ),
)
