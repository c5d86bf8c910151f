from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.text_predicates import no_line


def judge(line: str) -> str | None:
    loaded = line.split()[0] == "snd_aloop"
    return "the loopback sound card of recorders is loaded" if loaded else None


CONTROL = Control(
    id="host-loopback-sound",
    title="The loopback sound card that recorders need is not loaded",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    component="host",
    needs=("host.modules",),
    risk="Jibri records the sound of a call through this kernel module; a server needs it for "
    "nothing else.",
    upstream_default="not loaded",
    fix=Fix(by_hand="modprobe -r snd_aloop, and remove it from /etc/modules-load.d."),
    references=("jitsi/handbook: docs/devops-guide/docker.md",),
    surfaces=("jibri-snd-aloop",),
    check=no_line("host.modules", judge=judge),
    bad=(Example({"host.modules": "snd_timer 49152 1\nsnd_aloop 36864 0 - Live 0x0\n"}, at=2),),
    good=(
        Example({"host.modules": "snd_timer 49152 1 snd_pcm, Live 0x0\n"}),
        Example({"host.modules": "snd_pcm 188416 1 snd_aloop_fake, Live 0x0\n"}, note="a user"),
        Example({}, absent=("host.modules",), note="a kernel without modules"),
    ),
    unclear=(Example({"host.modules": "\x00\n"}, note="not a text file"),),
)
