from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.predicates import LOOPBACK
from selfhost.controls.variable_predicates import TRUE, cite, hidden, own_host, per_program, text
from selfhost.effective.config import Config
from selfhost.effective.server import Server

LONGEST = 3600  # seconds


def judge(server: Server, config: Config) -> Iterator[Verdict]:
    yield own_host(server, config, "REDIS_HOST", "transcripts are kept there")
    host, tls = text(config, "REDIS_HOST"), text(config, "REDIS_USE_TLS")
    if tls is None:
        yield hidden(config, "REDIS_USE_TLS")
    elif host and host.lower() not in LOOPBACK and tls.lower() not in TRUE:
        yield fail("transcripts travel to Redis unencrypted", cite(config, "REDIS_HOST"))
    seconds = text(config, "REDIS_EXP_SECONDS")
    cited = cite(config, "REDIS_EXP_SECONDS")
    if seconds is None or (seconds and not seconds.isdecimal()):
        yield unknown("how long transcripts are kept cannot be told", cited)
    elif seconds and int(seconds[:12]) > LONGEST:
        yield fail(f"transcripts are kept for {int(seconds[:12]) // 60} minutes", cited)
    else:
        yield passed("transcripts are kept for an hour at most", cited)


CONTROL = Control(
    id="skynet-redis",
    title="Skynet keeps transcripts briefly and at home",
    category=Category.RETENTION,
    severity=Severity.HIGH,
    component="skynet",
    needs=("skynet.environment",),
    risk="Transcripts and summaries lie in Redis until they expire.",
    upstream_default="localhost, 30 minutes",
    fix=Fix(
        by_hand=(
            "Keep REDIS_HOST on your own machines, with REDIS_USE_TLS=true where it is "
            "another one, and REDIS_EXP_SECONDS at 1800 or less."
        )
    ),
    references=("jitsi/skynet: skynet/env.py",),
    gdpr="Art. 5(1)(e), 32",
    surfaces=("skynet-redis",),
    check=per_program("skynet", judge),
    bad=(
        Example({"skynet.environment": "REDIS_EXP_SECONDS=86400\n"}, at=1),
        Example({"skynet.environment": "REDIS_HOST=10.0.0.5\n"}, at=1),
    ),
    good=(
        Example({"skynet.environment": "SKYNET_PORT=8000\n"}),
        Example(
            {
                "skynet.environment": "REDIS_HOST=10.0.0.5\n"
                "REDIS_USE_TLS=true\nREDIS_EXP_SECONDS=600\n"
            }
        ),
        Example({}, absent=("skynet.environment",), note="not installed"),
        Example(
            {"skynet.environment": "SKYNET_PORT=8000\n# REDIS_EXP_SECONDS=86400\n"},
            note="a comment",
        ),
    ),
    unclear=(
        Example({"skynet.environment": "REDIS_HOST=redis.example.net\nREDIS_USE_TLS=1\n"}),
        Example({"skynet.environment": "REDIS_EXP_SECONDS=$TTL\n"}),
    ),
)
