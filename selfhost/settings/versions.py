"""The site's set of versions: in a file of its own, which a run writes; exact; complete."""

import re
from collections.abc import Iterator, Mapping

from selfhost.settings.document import Value
from selfhost.settings.problems import Problem

SETTING = "jitsi_repository_versions"
FILE = "versions.yml"
NEEDED = (
    "jitsi-meet",
    "jitsi-meet-prosody",
    "jitsi-meet-web",
    "jitsi-meet-web-config",
    "jicofo",
    "jitsi-videobridge2",
)
_OTHER = ("jitsi-meet-turnserver", "jitsi-meet-tokens")
# As Debian writes versions: a digit first, no blanks.
_VERSION = re.compile(r"[0-9][A-Za-z0-9.+~:-]{0,100}")


def version_problems(values: Mapping[str, Value]) -> Iterator[Problem]:
    """What is wrong with the exact versions that an inventory names."""
    value = values.get(SETTING)
    if value is None or not isinstance(value.data, dict) or not value.data:
        return
    if value.place.path.name != FILE:
        yield Problem(
            SETTING,
            f"stands in {value.place.path.name}",
            f"move it to group_vars/all/{FILE}, which selfhost upgrade writes",
            value.place,
        )
    missing = [name for name in NEEDED if name not in value.data]
    if missing:
        yield Problem(
            SETTING,
            f"names no version of {', '.join(missing)}",
            f"name all of Jitsi's packages, or remove {FILE}: a run records what is installed",
            value.place,
        )
    for name, version in value.data.items():
        if name not in NEEDED + _OTHER:
            yield Problem(
                SETTING, f"{name} is no package of Jitsi's", "remove the line", version.place
            )
        elif not isinstance(version.data, str) or not _VERSION.fullmatch(version.data):
            yield Problem(
                SETTING,
                f"{name}: not an exact version",
                'write one such as "1.0-1196-1", in quotes, as apt-cache policy shows it',
                version.place,
            )
