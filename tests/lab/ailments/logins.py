"""Focus and bridges that do not find each other; names that do not fit."""

from tests.lab.ailments.ailment import DOMAIN, JVB, Ailment

_ACCOUNT = "/var/lib/prosody/auth%2emeet%2eexample%2etest/accounts/jvb.dat"
_JICOFO = "/etc/jitsi/jicofo/jicofo.conf"
_TRUSTED = f"/usr/local/share/ca-certificates/auth.{DOMAIN}.crt"
_BRIDGE_AGAIN = "systemctl restart jitsi-videobridge2"
_UPDATE_TRUST = (
    "update-ca-certificates -f >/dev/null 2>&1; systemctl restart jicofo jitsi-videobridge2"
)

FREQUENT = (
    Ailment(
        ("jvb-password",),
        f"sed -i -E 's/(PASSWORD\\W+)[A-Za-z0-9]+/\\1Wrong0Wrong0Wrong0/' {JVB} && {_BRIDGE_AGAIN}",
        mend=_BRIDGE_AGAIN,
        files=(JVB,),
    ),
)

RARE = (
    Ailment(
        ("focus-password",),
        f"sed -i -E 's/(password\\W+)[A-Za-z0-9]+/\\1Wrong0Wrong0Wrong0/' {_JICOFO}"
        " && systemctl restart jicofo",
        mend="systemctl restart jicofo",
        files=(_JICOFO,),
    ),
    Ailment(
        ("jvb-password",),  # the account is gone
        f"rm {_ACCOUNT} && systemctl restart prosody",
        mend="systemctl restart prosody",
        files=(_ACCOUNT,),
    ),
    Ailment(("trust-stale",), f"rm {_TRUSTED} && {_UPDATE_TRUST}", _UPDATE_TRUST, (_TRUSTED,)),
    # A cause that no rule knows by name.
    Ailment(
        ("bridge-not-logged-in",),
        f"sed -i 's/jvbbrewery@/elsewhere@/' {JVB} && {_BRIDGE_AGAIN}",
        mend=_BRIDGE_AGAIN,
        files=(JVB,),
    ),
    Ailment(
        ("domain-leftovers",),
        "touch /etc/jitsi/meet/old.example.test-config.js",
        "rm /etc/jitsi/meet/old.example.test-config.js",
    ),
    Ailment(
        ("domain-leftovers",),  # nginx has no site
        f"rm /etc/nginx/sites-enabled/{DOMAIN}.conf && systemctl reload nginx",
        mend=f"ln -s ../sites-available/{DOMAIN}.conf /etc/nginx/sites-enabled/"
        " && systemctl reload nginx",
    ),
)
