"""Private Jitsi Meet servers: provision, audit, prove."""

__version__ = "0.1.0.dev0"
