"""What a host should be like, from the site's settings. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from selfhost.settings.site import Host, Site

_PACKAGES = {
    "jitsi_signalling": ("prosody", "jitsi-meet-prosody", "jicofo"),
    "jitsi_videobridge": ("jitsi-videobridge2",),
    "jitsi_web": ("nginx", "jitsi-meet-web", "jitsi-meet-web-config"),
    "jitsi_turn": ("coturn",),
}
_UNITS = {
    "jitsi_signalling": ("prosody", "jicofo"),
    "jitsi_videobridge": ("jitsi-videobridge2",),
    "jitsi_web": ("nginx",),
    "jitsi_turn": ("coturn",),
}


@dataclass(frozen=True, slots=True)
class Expected:
    """One host's share of the settings. ``bridges``: how many the whole site has."""

    groups: tuple[str, ...]
    domain: str
    turn_domain: str
    public_address: str
    private_address: str
    media_port: int = 10000
    firewall: bool = True
    watch: bool = False
    bridges: int = 1
    minimum_memory: int = 1800
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def units(self) -> tuple[str, ...]:
        """The services that must run here."""
        return tuple(
            unit for group, units in _UNITS.items() if group in self.groups for unit in units
        )

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages whose versions matter here."""
        return tuple(p for group, names in _PACKAGES.items() if group in self.groups for p in names)

    def plays(self, *groups: str) -> bool:
        """Whether the host is in one of these groups."""
        return any(group in self.groups for group in groups)


def expected_of(site: Site, host: Host) -> Expected:
    """From a host's settings; a setting that is a template or missing counts as its default."""
    settings = host.settings

    def text(name: str) -> str:
        value = settings.get(name)
        return value if isinstance(value, str) and "{{" not in value else ""

    def number(name: str, default: int) -> int:
        value = settings.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else default

    versions = settings.get("jitsi_repository_versions")
    return Expected(
        groups=host.groups,
        domain=text("site_domain"),
        turn_domain=text("turn_domain") or text("site_domain"),
        public_address=text("site_public_address"),
        private_address=text("site_private_address"),
        media_port=number("videobridge_udp_port", 10000),
        firewall=settings.get("firewall_enabled") is not False,
        watch=settings.get("watch_enabled") is True,
        bridges=sum("jitsi_videobridge" in other.groups for other in site.hosts),
        minimum_memory=number("preflight_minimum_memory_mb", 1800),
        versions={str(k): str(v) for k, v in versions.items()}
        if isinstance(versions, dict)
        else {},
    )
