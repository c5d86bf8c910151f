from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import off, setting

CONTROL = Control(
    id="videobridge-cloud-lookup",
    title="The bridge asks no cloud provider for its address",
    category=Category.THIRD_PARTY,
    severity=Severity.LOW,
    component="videobridge",
    needs=("videobridge.config",),
    risk=("At start the bridge asks the provider's metadata address who it is."),
    upstream_default=("true in ice4j; Debian's package and the Docker images write false"),
    fix=Fix(
        by_hand=(
            "Set ice4j.harvest.mapping.aws.enabled = false in jvb.conf and "
            "restart jitsi-videobridge2."
        )
    ),
    references=("jitsi/ice4j: src/main/resources/reference.conf",),
    surfaces=("jvb-aws-harvester",),
    check=setting(
        lambda server: server.videobridge,
        "ice4j.harvest.mapping.aws.enabled",
        judge=off("the metadata address 169.254.169.254 is asked"),
        absent="ice4j asks 169.254.169.254 unless told not to",
    ),
    bad=(
        Example(
            {"videobridge.config": "ice4j { harvest { mapping { stun { addresses = [] } } } }\n"}
        ),
        Example({"videobridge.config": "ice4j.harvest.mapping.aws.enabled = true\n"}, at=1),
    ),
    good=(
        Example(
            {"videobridge.config": "ice4j { harvest { mapping { aws { enabled = false } } } }\n"}
        ),
        Example({}, absent=("videobridge.config",), note="not installed"),
        Example(
            {
                "videobridge.config": (
                    "ice4j { harvest { mapping { aws { enabled = false } } } }\n"
                    "# ice4j { harvest { mapping { stun { addresses = [] } } } }\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(Example({"videobridge.config": "ice4j.harvest.mapping.aws.enabled = ${AWS}\n"}),),
)
