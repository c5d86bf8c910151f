"""Focus and bridges that do not find each other; names that do not fit."""

from collections.abc import Iterator

from selfhost.health.diagnosis import Answer, Found, Look, Rule, Symptom, Unclear

_DEAD = ("prosody-dead", "disk-full", "port-taken")
_KINDS = {
    "password": "its log: the password was refused",
    "certificate": "its log: the server's certificate is not trusted (PKIX)",
    "connection": "its log: no connection to the XMPP server",
    "address": "its log: it knows no address at which it can be reached",
    "settings": "its log: its settings cannot be read",
}


def _bridges_missing(look: Look) -> bool:
    """Whether fewer bridges are logged in than there should be, as far as is known here."""
    focus = look.facts.focus
    if look.expected.plays("jitsi_signalling") and focus is not None:
        return (focus.operational or 0) < look.expected.bridges
    return True  # a host with a bridge alone cannot tell


def _last_error(look: Look, name: str) -> str:
    """The known error that a program wrote down last, '' for none."""
    log = (look.facts.logs or {}).get(name)
    errors = {} if log is None else {k: s for k, s in log.errors.items() if k in _KINDS}
    return min(errors, key=lambda kind: errors[kind].lines_ago, default="")


def _account(part: str, user: str, group: str) -> Rule:
    def check(look: Look) -> Iterator[Answer]:
        if not look.expected.plays(group):
            return
        section = look.facts.focus if user == "focus" else look.facts.bridge
        account = section.account if section is not None else None
        if account == "wrong":
            yield Found((f"the password in the {part}'s settings is not that of {user}'s account",))
        elif account == "missing":
            yield Found((f"Prosody has no account {user}@auth.{look.expected.domain}",))
        elif account is None and look.expected.plays("jitsi_signalling"):
            yield Unclear(f"the password of {user} could not be compared with its account")

    return Rule(
        f"{user}-password",
        f"The {part} cannot log in: its password is not the one that Prosody knows.",
        "selfhost apply --tags prosody,jicofo,videobridge (the password in the inventory counts)",
        (Symptom.ROOM, Symptom.THIRD) if user == "focus" else (Symptom.THIRD, Symptom.ROOM),
        check,
        rows=(10,),
        explained_by=_DEAD[:2],
    )


def _trust(look: Look) -> Iterator[Answer]:
    xmpp = look.facts.xmpp
    if xmpp is not None and xmpp.trusted is False and look.expected.plays("jitsi_signalling"):
        yield Found(
            (f"the certificate of auth.{look.expected.domain} is not among the trusted ones",),
            fix="update-ca-certificates -f && systemctl restart jicofo jitsi-videobridge2",
        )
        return
    if xmpp is None or xmpp.java_trust_written is None or look.facts.processes is None:
        return
    for user, unit in (("jicofo", "jicofo"), ("jvb", "jitsi-videobridge2")):
        started = [p.started for p in look.facts.processes if p.user == user and p.started]
        stale = bool(started) and max(started) < xmpp.java_trust_written
        if stale and _bridges_missing(look) and _last_error(look, unit) == "certificate":
            yield Found(
                (f"{unit} started before the trusted certificates were last written",),
                fix=f"systemctl restart {unit}",
            )


def _not_logged_in(look: Look) -> Iterator[Answer]:
    focus = look.facts.focus
    if not look.expected.plays("jitsi_signalling") or focus is None:
        return
    if focus.operational is None:
        if focus.answers:
            yield Unclear("the focus does not say how many bridges it sees")
        return
    if focus.operational >= look.expected.bridges:
        return
    for unit in ("jicofo", "jitsi-videobridge2", "prosody"):
        if look.starting(unit):
            yield Unclear(f"{unit} has only just started: look again in half a minute")
            return
    evidence = [
        f"{focus.operational} of {look.expected.bridges} bridges work, {focus.bridges} seen"
    ]
    for unit in ("jitsi-videobridge2", "jicofo"):
        kind = _last_error(look, unit)
        evidence += [f"{unit}: {_KINDS[kind]}"] if kind else []
    yield Found(tuple(evidence))


def _domains(look: Look) -> Iterator[Answer]:
    domain, names = look.expected.domain, look.facts.names
    if names is None:
        yield Unclear("the names of the parts' files could not be listed")
        return
    wrong = []
    for what, found, group, folder in (
        ("the web client", names.web, "jitsi_web", "/etc/jitsi/meet"),
        ("Prosody", names.xmpp, "jitsi_signalling", "/etc/prosody/conf.d"),
    ):
        if not look.expected.plays(group):
            continue
        others = [name for name in found if name != domain]
        if others:
            wrong.append(f"{what} is also set up for {', '.join(others)} ({folder})")
        if domain not in found:
            wrong.append(f"{what} is not set up for {domain} ({folder})")
    if look.expected.plays("jitsi_web") and domain not in names.site:
        wrong.append(f"nginx has no site for {domain} (/etc/nginx/sites-enabled)")
    for section, what in ((look.facts.focus, "the focus"), (look.facts.bridge, "the bridge")):
        if section is not None and section.domain not in (None, domain):
            wrong.append(f"{what} is set up for {section.domain}")
    if wrong:
        yield Found(tuple(wrong))


RULES = (
    Rule(
        "domain-leftovers",
        "Parts are set up for another domain than the settings say.",
        "to change the domain: selfhost rename; else remove the files of the other domain, then: "
        "selfhost apply",
        (Symptom.ROOM, Symptom.PAGE, Symptom.UPDATE),
        _domains,
        rows=(6, 17),
    ),
    _account("focus", "focus", "jitsi_signalling"),
    _account("bridge", "jvb", "jitsi_videobridge"),
    Rule(
        "trust-stale",
        "Focus or bridge does not trust the XMPP server's certificate.",
        "update-ca-certificates -f && systemctl restart jicofo jitsi-videobridge2",
        (Symptom.ROOM, Symptom.THIRD, Symptom.UPDATE),
        _trust,
        rows=(2, 10),
        explained_by=_DEAD[:2],
    ),
    Rule(
        "bridge-not-logged-in",
        "The focus sees fewer working bridges than there should be.",
        "look for the reason in /var/log/jitsi/jvb.log and /var/log/jitsi/jicofo.log on the "
        "bridge's host; systemctl restart jitsi-videobridge2",
        (Symptom.THIRD,),
        _not_logged_in,
        rows=(1, 10),
        explained_by=(
            *_DEAD,
            *("focus-password", "jvb-password", "trust-stale", "jitsi-videobridge2-dead"),
            *("jicofo-dead", "domain-leftovers", "address-mapping", "bridge-unhealthy"),
            *("bridge-port", "settings-of-old", "xmpp-certificate-expired"),
        ),
    ),
)
