"""What the doctor knows, the deepest causes first: one that comes earlier may explain a later."""

from selfhost.health.rules import certificates, logins, machine, media, packages, services

RULES = (
    *machine.RULES,
    *packages.RULES,
    *services.RULES,
    *logins.RULES,
    *media.RULES,
    *certificates.RULES,
)
