"""Forbidden things, switched on by hand on a running server: each must be caught by one control.

A switch is a shell script, run as root inside; the server keeps working.
"""

from dataclasses import dataclass

from selfhost.errors import LabError
from selfhost.lab.server import run


@dataclass(frozen=True, slots=True)
class Switch:
    """``control`` is the id that must fail, and the only one; ``script`` does the damage."""

    control: str
    what: str
    script: str


def _client(line: str) -> str:
    return f"echo '{line}' >> /etc/jitsi/meet/meet.example.test-config.js"


TRANSCRIPTION = Switch(
    "jicofo-transcription-url",
    "bridge-based transcription by a third party's AI (jicofo: transcription.url-template)",
    """cat >> /etc/jitsi/jicofo/jicofo.conf <<'END'

jicofo {
  transcription {
    url-template = "wss://speech.ai-vendor.example/v1/{{MEETING_ID}}"
  }
}
END
systemctl restart jicofo""",
)

SWITCHES = (
    TRANSCRIPTION,
    Switch(
        "jicofo-jibri-brewery",
        "a recorder's meeting place",
        "echo 'jicofo.jibri.brewery-jid = \"JibriBrewery@internal.auth.meet.example.test\"'"
        " >> /etc/jitsi/jicofo/jicofo.conf",
    ),
    Switch("web-transcription", "captions", _client("config.transcribingEnabled = true;")),
    Switch("web-live-streaming", "streaming", _client("config.liveStreamingEnabled = true;")),
    Switch(
        "web-stun",
        "a third party's STUN server",
        _client('config.p2p.stunServers = [{urls: "stun:stun.l.google.com:19302"}];'),
    ),
    Switch(
        "web-analytics-services",
        "a tracker",
        _client('config.analytics.amplitudeAPPKey = "0123456789abcdef";'),
    ),
    Switch(
        "nginx-access-log",
        "a log of who was in which room",
        "sed -i '0,/access_log off;/s//access_log \\/var\\/log\\/nginx\\/rooms.log;/'"
        " $(grep -rl 'access_log off;' /etc/nginx/sites-available /etc/nginx/snippets) "
        "&& systemctl reload nginx",
    ),
    Switch(
        "prosody-federation",
        "federation with other chat servers",
        "sed -i '/\"s2s\";/d' $(grep -l modules_disabled /etc/prosody/conf.d/*)",
    ),
    Switch(
        "prosody-open-rooms",
        "rooms that everybody may open",
        """sed -i '/^VirtualHost "meet.example.test"/,/authentication =/"""
        """s/authentication = .*/authentication = "jitsi-anonymous"/' """
        "$(grep -rl 'VirtualHost \"meet.example.test\"' /etc/prosody/conf.avail)",
    ),
    Switch(
        "host-never-packages",
        "the ban on recorder packages lifted",
        "rm /etc/apt/preferences.d/*",
    ),
    Switch(
        "host-ai-credentials",
        "a key of an AI vendor",
        "echo 'OPENAI_API_KEY=sk-0123456789abcdefghijklmnopqrstuvwxyz' > /etc/default/assistant",
    ),
)


def switch_on(name: str, switch: Switch) -> None:
    """Do the damage. Raises ``LabError`` when the script itself fails."""
    done = run(name, ["sh", "-ec", switch.script])
    if done.returncode:
        why = done.stderr.decode("utf-8", "replace").strip()[-300:]
        raise LabError(f"Could not switch on {switch.what}: {why}")
