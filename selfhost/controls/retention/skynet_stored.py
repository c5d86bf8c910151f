from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.variable_predicates import given, python_true, variables
from selfhost.controls.web_predicates import every

CONTROL = Control(
    id="skynet-stored",
    title="Skynet keeps no speech and no documents",
    category=Category.RETENTION,
    severity=Severity.MEDIUM,
    component="skynet",
    needs=("skynet.environment",),
    risk=(
        "The sound of each phrase goes back to the caller, and documents for the "
        "assistant are kept and copied to object storage."
    ),
    upstream_default="speech is not returned; documents lie in the working directory",
    fix=Fix(
        by_hand=(
            "Remove WHISPER_RETURN_TRANSCRIBED_AUDIO, VECTOR_STORE_PATH and SKYNET_S3_*, "
            "and restart Skynet."
        )
    ),
    references=("jitsi/skynet: skynet/env.py",),
    gdpr="Art. 5(1)(e)",
    surfaces=(
        "skynet-whisper-audio",
        "skynet-vector-store",
    ),
    check=every(
        variables(
            "skynet",
            "WHISPER_RETURN_TRANSCRIBED_AUDIO",
            judge=python_true("the sound of each phrase is returned"),
        ),
        variables(
            "skynet",
            "VECTOR_STORE_PATH",
            "SKYNET_S3_BUCKET",
            "SKYNET_S3_ENDPOINT",
            judge=given("documents are kept there"),
        ),
    ),
    bad=(
        Example({"skynet.environment": "WHISPER_RETURN_TRANSCRIBED_AUDIO=true\n"}, at=1),
        Example({"skynet.environment": "SKYNET_S3_BUCKET=vectors\n"}, at=1),
    ),
    good=(
        Example({"skynet.environment": "WHISPER_RETURN_TRANSCRIBED_AUDIO=0\n"}),
        Example({"skynet.environment": "SKYNET_PORT=8000\n"}),
        Example({}, absent=("skynet.environment",), note="not installed"),
        Example(
            {
                "skynet.environment": (
                    "WHISPER_RETURN_TRANSCRIBED_AUDIO=0\n# WHISPER_RETURN_TRANSCRIBED_AUDIO=true\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(Example({"skynet.environment": "WHISPER_RETURN_TRANSCRIBED_AUDIO=${A}\n"}),),
)
