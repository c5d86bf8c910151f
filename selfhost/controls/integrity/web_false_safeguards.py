from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
)
from selfhost.controls.predicates import first_unknown, judge_setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import is_true, unset
from selfhost.effective.config import Config
from selfhost.effective.server import Server

#: Keys that nothing in the client reads any more.
DEAD = ("transcription.disableStartForAll", "transcription.autoCaptionOnRecord")
TRANSCRIBES = ("transcription.enabled", "transcribingEnabled", "audioTranslation.enabled")


def check(server: Server) -> Iterator[Verdict]:
    for config in server.web:
        broken = config.unreadable
        if broken is not None:
            yield judge_setting(config, "config", unset("unread"), None)
            continue
        found = list(_judge(config))
        yield from found
        if not found:
            yield passed("nothing is set that only looks protective", Cited(config.place))


def _judge(config: Config) -> Iterator[Verdict]:
    for key in DEAD:
        if _on(config, key):
            yield fail(f"{key} protects nothing: no code reads it", *_place(config, key))
    consent = "recordings.requireConsent"
    if _on(config, consent) and any(_on(config, key) for key in TRANSCRIBES):
        yield fail(
            f"{consent} asks before a recording, and never before a transcription, which is on",
            *_place(config, consent),
        )


def _on(config: Config, key: str) -> bool:
    node = config.get(key)
    return node is not None and first_unknown(node) is None and is_true(node.plain())


def _place(config: Config, key: str) -> tuple[Cited, ...]:
    node = config.get(key)
    return (Cited.node(key, node),) if node is not None else ()


CONTROL = Control(
    id="web-false-safeguards",
    title="No setting of the client only looks protective",
    category=Category.INTEGRITY,
    severity=Severity.LOW,
    component="web",
    needs=("web.config",),
    risk="disableStartForAll and autoCaptionOnRecord are read by no code of today's client, and "
    "the question for consent never comes for a transcription alone. Who relies on them is "
    "transcribed all the same.",
    upstream_default="not set",
    fix=Fix(by_hand="Switch transcription off (transcription.enabled = false); remove the key."),
    references=(
        "jitsi/docker-jitsi-meet: web/rootfs/defaults/settings-config.js",
        "jitsi/jitsi-meet: react/features/recording/middleware.ts",
    ),
    surfaces=("web-docker-dead-transcription-keys",),
    check=check,
    bad=(
        served("var config = {\n  transcription: { disableStartForAll: true },\n};\n", at=2),
        served("var config = {};\nconfig.transcription = { autoCaptionOnRecord: true };\n", at=2),
        served(
            "var config = { transcription: { enabled: true },\n"
            "  recordings: { requireConsent: true } };\n",
            at=2,
        ),
    ),
    good=(
        served("var config = { recordings: { requireConsent: true } };\n", note="nothing is on"),
        served(
            "var config = { transcription: { enabled: false, disableStartForAll: false } };\n",
            note="as docker-jitsi-meet writes it when off",
        ),
        served("var config = { disableStartForAll: true };\n", note="outside its object"),
        NO_WEB,
    ),
    unclear=(BROKEN,),
)
