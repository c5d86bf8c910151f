from collections.abc import Iterator

from selfhost.controls.host_predicates import listing_line, package_line
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
)
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server

PACKAGE = "jitsi-upload-integrations"


def check(server: Server) -> Iterator[Verdict]:
    for package in server.packages:
        if package.installed and package.name == PACKAGE:
            yield fail(f"the package {PACKAGE} is installed", Cited(package.origin))
    for entry in server.listing("host.uploads"):
        yield fail(f"{entry.path} uploads recordings, or failed to", Cited(entry.origin))
    yield passed("no uploader", *looked_at(server, "host.packages", "host.uploads"))


CONTROL = Control(
    id="host-upload-integrations",
    title="No program uploads recordings",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="host",
    needs=("host.packages", "host.uploads"),
    risk=(
        "It takes finished recordings to Dropbox with a token that a participant gave; what it "
        "could not upload stays in a folder for temporary files."
    ),
    upstream_default="not installed; in the Docker image of Jibri",
    fix=Fix(by_hand="apt-get purge jitsi-upload-integrations; delete what failed to upload."),
    references=("jitsi/jitsi-upload-integrations: jitsi_uploader.sh",),
    gdpr="Art. 28, 44",
    surfaces=("jitsi-upload-integrations",),
    check=check,
    bad=(
        Example({"host.packages": package_line(PACKAGE)}, at=1),
        Example({"host.uploads": listing_line("/usr/bin/jitsi_uploader.sh")}, at=1),
    ),
    good=(
        Example(
            {"host.packages": package_line("jicofo") + package_line(PACKAGE, "rc ")}, note="removed"
        ),
        Example({"host.uploads": ""}, note="nothing there"),
    ),
    unclear=(Example({"host.packages": "nonsense\n"}, note="not understood"),),
)
