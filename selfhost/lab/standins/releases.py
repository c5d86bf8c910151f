"""Which versions of which packages a suite holds.

The schemes are upstream's, the suffix sorts below every real version.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_SUFFIX = "~standin1-1"


@dataclass(frozen=True)
class Release:
    """One suite. ``eras`` are the changes of upstream that this release does not have yet."""

    suite: str
    serial: int
    eras: frozenset[str] = frozenset()

    @property
    def versions(self) -> Mapping[str, str]:
        """Package name -> version."""
        web = f"1.0.{9395 + self.serial}{_SUFFIX}"
        return {
            "jitsi-meet": f"2.0.{11188 + self.serial}{_SUFFIX}",
            "jitsi-meet-web": web,
            "jitsi-meet-web-config": web,
            "jitsi-meet-prosody": web,
            "jitsi-meet-turnserver": web,
            "jitsi-meet-tokens": web,
            "jicofo": f"1.0-{1195 + self.serial}{_SUFFIX}",
            "jitsi-videobridge2": f"2.3-{311 + self.serial}-ga29d97d13{_SUFFIX}",
            "jibri": f"8.0-{169 + self.serial}-g62369d5{_SUFFIX}",
            "jigasi": f"1.1-{399 + self.serial}-g6fbf4f2{_SUFFIX}",
        }


# stable is N, testing N+1; the others are stable as it was before upstream's change of that month
RELEASES = (
    Release("stable", 1),
    Release("testing", 2),
    Release("pre-2026-05", 0, frozenset({"pre-2026-05"})),
    Release("pre-2026-03", -1, frozenset({"pre-2026-05", "pre-2026-03"})),
    Release("pre-2026-02", -2, frozenset({"pre-2026-05", "pre-2026-03", "pre-2026-02"})),
)
