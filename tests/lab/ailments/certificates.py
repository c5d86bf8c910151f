"""Certificates: expired, for another name, renewed and not noticed."""

from tests.lab.ailments.ailment import DOMAIN, SITE, Ailment

_TURN = f"/etc/coturn/certs/{DOMAIN}"
_AUTH = f"/var/lib/prosody/auth.{DOMAIN}"
_RELOAD = "systemctl reload nginx && systemctl restart coturn"


def _signed(names: str, key: str = f"{SITE}.key") -> str:
    """A new certificate for the key, on standard output."""
    return (
        f"openssl req -x509 -new -key {key} -subj /CN={names} "
        f"-addext subjectAltName=DNS:{names} -days 90"
    )


def _expired(name: str, key: str) -> str:
    """Prints a certificate for the key that was good in January 2024."""
    settings = (
        *("[ca]", "default_ca=own", "[own]", "database=/tmp/expired/list", "policy=any"),
        *("new_certs_dir=/tmp/expired", "default_md=sha256", "rand_serial=yes"),
        *("copy_extensions=copy", "[any]", "commonName=supplied"),
    )
    lines = " ".join(f"'{line}'" for line in settings)
    return (
        f"rm -rf /tmp/expired; mkdir /tmp/expired; : > /tmp/expired/list;"
        f" printf '%s\\n' {lines} > /tmp/expired/conf;"
        f" openssl req -new -key {key} -subj /CN={name} -addext subjectAltName=DNS:{name}"
        " -out /tmp/expired/request;"
        f" openssl ca -batch -selfsign -config /tmp/expired/conf -keyfile {key} -notext"
        " -startdate 20240101000000Z -enddate 20240131000000Z -in /tmp/expired/request"
        " -out /tmp/expired/pem 2>/dev/null; cat /tmp/expired/pem"
    )


_TRUST = "update-ca-certificates -f >/dev/null 2>&1"
_XMPP_AGAIN = f"{_TRUST}; systemctl restart prosody jicofo jitsi-videobridge2"

FREQUENT = (
    Ailment(
        ("turn-certificate-old",),
        f"{_signed(DOMAIN)} > {SITE}.crt && systemctl reload nginx",
        mend="systemctl reload nginx",
        files=(f"{SITE}.crt",),
    ),
)

RARE = (
    # Web and TURN have the same one.
    Ailment(
        ("certificate-expired", "turn-certificate-expired"),
        f"({_expired(DOMAIN, f'{SITE}.key')}) | tee {SITE}.crt > {_TURN}.fullchain.pem; {_RELOAD}",
        mend=_RELOAD,
        files=(f"{SITE}.crt", f"{_TURN}.fullchain.pem"),
    ),
    # TURN has a name and a certificate of its own.
    Ailment(
        ("turn-certificate-expired",),
        f"({_expired('turn.example.test', f'{_TURN}.privkey.pem')}) > {_TURN}.fullchain.pem;"
        " systemctl restart coturn",
        mend="systemctl restart coturn",
        files=(f"{_TURN}.fullchain.pem",),
        settings={"turn_domain": "turn.example.test"},
    ),
    Ailment(
        ("xmpp-certificate-expired",),
        f"({_expired(f'auth.{DOMAIN}', f'{_AUTH}.key')}) > {_AUTH}.crt; {_XMPP_AGAIN}",
        mend=_XMPP_AGAIN,
        files=(f"{_AUTH}.crt",),
    ),
    Ailment(
        ("certificate-names",),
        f"{_signed('other.example')} | tee {SITE}.crt > {_TURN}.fullchain.pem && {_RELOAD}",
        mend=_RELOAD,
        files=(f"{SITE}.crt", f"{_TURN}.fullchain.pem"),
    ),
    Ailment(
        ("certificate-not-reloaded",),
        f"{_signed(DOMAIN)} | tee {SITE}.crt > {_TURN}.fullchain.pem && systemctl restart coturn",
        mend="systemctl restart coturn",
        files=(f"{SITE}.crt", f"{_TURN}.fullchain.pem"),
    ),
    Ailment(
        ("turn-no-tls",),
        f"chown root:root {_TURN}.privkey.pem && systemctl restart coturn",
        mend="systemctl restart coturn",
        files=(f"{_TURN}.privkey.pem",),
    ),
    # As the settings want it: told to those who ask.
    Ailment(("certificate-self-signed",), options=("--symptom", "certificate-warning")),
)
