"""Certificates: expired, for another name, renewed and not noticed."""

from collections.abc import Iterator

from selfhost.health.diagnosis import Answer, Check, Found, Look, Rule, Symptom, Unclear
from selfhost.health.facts import Certificate
from selfhost.health.status import DAY


def _get(look: Look, name: str) -> Certificate | None:
    return (look.facts.certificates or {}).get(name)


def _covers(certificate: Certificate, domain: str) -> bool:
    parent = domain.partition(".")[2]
    return any(name.lower() in (domain, f"*.{parent}") for name in certificate.names)


def _expired(name: str, group: str) -> Check:
    def check(look: Look) -> Iterator[Answer]:
        if not look.expected.plays(group):
            return
        if look.facts.certificates is None:
            yield Unclear("the certificates could not be read")
            return
        found = _get(look, name)
        if found is None or found.end is None:
            return
        if found.end < look.facts.now:
            days = int((look.facts.now - found.end) // DAY)
            yield Found((f"it expired {days} days ago",))
        elif found.start is not None and found.start > look.facts.now + 60:
            yield Found(("it is valid only from a time that has not come yet: see the clock",))

    return check


def _names(look: Look) -> Iterator[Answer]:
    found = _get(look, "web served")
    if found is None or not look.expected.plays("jitsi_web"):
        return
    if not _covers(found, look.expected.domain):
        names = ", ".join(found.names) or "no name"
        yield Found((f"it is for {names}, not for {look.expected.domain}",))


def _not_reloaded(look: Look) -> Iterator[Answer]:
    file, served = _get(look, "web"), _get(look, "web served")
    if file is None or served is None or not look.expected.plays("jitsi_web"):
        return
    if file.fingerprint != served.fingerprint:
        yield Found(("port 443 shows another certificate than the file holds",))


def _turn_old(look: Look) -> Iterator[Answer]:
    if not look.expected.plays("jitsi_turn"):
        return
    web, file, served = _get(look, "web"), _get(look, "turn"), _get(look, "turn served")
    if served is None:
        return
    if web is not None and file is not None and file.fingerprint != web.fingerprint:
        if _covers(web, look.expected.turn_domain):
            yield Found(
                ("the TURN server's copy of the certificate is older than the web server's",),
                fix="selfhost apply --tags tls,turn",
            )
    elif file is not None and file.fingerprint != served.fingerprint:
        yield Found(
            ("port 5349 shows another certificate than its file holds",),
            fix="systemctl restart coturn",
        )


def _turn_silent(look: Look) -> Iterator[Answer]:
    if not look.expected.plays("jitsi_turn") or look.facts.certificates is None:
        return
    if _get(look, "turn served") is None:
        yield Found(("nothing speaks TLS on port 5349, though coturn runs",))


def _self_signed(look: Look) -> Iterator[Answer]:
    found = _get(look, "web served")
    if found is not None and found.self_signed and look.expected.plays("jitsi_web"):
        yield Found(("the certificate is signed by itself, so no browser trusts it",))


RULES: tuple[Rule, ...] = (
    Rule(
        "certificate-expired",
        "The web server's certificate is not valid any more.",
        "selfhost apply --tags tls; with tls_mode: acme look why it was not renewed: certbot renew "
        "--dry-run; with tls_mode: own put new files in place first",
        (Symptom.WARNING, Symptom.PAGE),
        _expired("web served", "jitsi_web"),
        rows=(2,),
        explained_by=("clock-wrong", "certificate-not-reloaded"),
    ),
    Rule(
        "certificate-names",
        "The web server's certificate is for another name.",
        "selfhost apply --tags tls; with an own certificate, get one for the domain",
        (Symptom.WARNING,),
        _names,
        rows=(2,),
        explained_by=("certificate-not-reloaded", "domain-leftovers"),
    ),
    Rule(
        "certificate-not-reloaded",
        "The certificate was renewed, and the web server has not noticed.",
        "systemctl reload nginx",
        (Symptom.WARNING,),
        _not_reloaded,
        rows=(2,),
    ),
    Rule(
        "xmpp-certificate-expired",
        "The certificate that focus and bridges trust has expired.",
        "selfhost apply --tags prosody,jicofo,videobridge (signs it anew)",
        (Symptom.ROOM, Symptom.THIRD),
        _expired("xmpp", "jitsi_signalling"),
        rows=(2, 10),
        explained_by=("clock-wrong",),
    ),
    Rule(
        "turn-certificate-old",
        "The TURN server shows an old certificate: it does not notice a renewed one by itself.",
        "selfhost apply --tags tls,turn",
        (Symptom.FIREWALLED,),
        _turn_old,
        rows=(2,),
    ),
    Rule(
        "turn-certificate-expired",
        "The TURN server's certificate has expired.",
        "selfhost apply --tags tls,turn",
        (Symptom.FIREWALLED,),
        _expired("turn served", "jitsi_turn"),
        rows=(2, 8),
        explained_by=("clock-wrong", "turn-certificate-old"),
    ),
    Rule(
        "turn-no-tls",
        "The TURN server runs without TLS: it cannot read certificate or key, and does not say so.",
        "selfhost apply --tags turn, then: systemctl restart coturn",
        (Symptom.FIREWALLED,),
        _turn_silent,
        rows=(8,),
        explained_by=("coturn-dead", "port-taken"),
    ),
    Rule(
        "certificate-self-signed",
        "The certificate is self-signed, as the settings want it.",
        "with a domain on the Internet: tls_mode: acme, or own (docs/tls.md)",
        (Symptom.WARNING,),
        _self_signed,
        chosen=True,
    ),
)
