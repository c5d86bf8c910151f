from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.text_predicates import no_line

NEEDS = ("host.modules", "host.modules_load")


def judge(line: str) -> str | None:
    # The kernel takes both signs for the same.
    named = line.split()[0].replace("-", "_") == "snd_aloop"
    return (
        "the loopback sound card of recorders is loaded, now or at the next start"
        if named
        else None
    )


CONTROL = Control(
    id="host-loopback-sound",
    title="The loopback sound card that recorders need is not loaded",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    component="host",
    needs=NEEDS,
    risk="Jibri records the sound of a call through this kernel module; a server needs it for "
    "nothing else.",
    upstream_default="not loaded",
    fix=Fix(by_hand="modprobe -r snd_aloop, and remove it from /etc/modules-load.d."),
    references=("jitsi/handbook: docs/devops-guide/docker.md",),
    surfaces=("jibri-snd-aloop",),
    check=no_line(*NEEDS, judge=judge, comments="#;"),
    bad=(
        Example({"host.modules": "snd_timer 49152 1\nsnd_aloop 36864 0 - Live 0x0\n"}, at=2),
        Example({"host.modules_load": "# sound\nsnd-aloop\n"}, at=2, note="at the next start"),
    ),
    good=(
        Example({"host.modules_load": "# snd_aloop\n; snd-aloop\nloop\n"}, note="comments"),
        Example({"host.modules": "snd_timer 49152 1 snd_pcm, Live 0x0\n"}),
        Example({"host.modules": "snd_pcm 188416 1 snd_aloop_fake, Live 0x0\n"}, note="a user"),
        Example({}, absent=("host.modules",), note="a kernel without modules"),
    ),
    unclear=(Example({"host.modules": "\x00\n"}, note="not a text file"),),
)
