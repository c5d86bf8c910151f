"""Services that do not run, and what is in their way."""

from collections.abc import Iterator

from selfhost.health.diagnosis import Answer, Found, Look, Rule, Symptom, Unclear
from selfhost.provision import network

_RIVALS = ("apache2", "lighttpd", "caddy", "ejabberd", "openresty")


def _port_taken(look: Look) -> Iterator[Answer]:
    listeners = look.facts.listeners.listeners() if look.facts.listeners is not None else None
    if listeners is None:
        yield Unclear("ss did not answer, so it is not known who holds the ports")
        return
    own = set(look.expected.units)
    for who, ports in network.foreign_holders(listeners, look.expected.media_port, own).items():
        yield Found(
            (f"{who} holds {', '.join(ports)}",),
            fix=f"stop and remove {who} (systemctl disable --now {who}; apt-get purge {who}), "
            "then: selfhost apply",
        )


def _rivals(look: Look) -> Iterator[Answer]:
    packages = look.facts.packages
    installed = [n for n in _RIVALS if packages is not None and n in packages.installed]
    if installed:
        yield Found(
            tuple(f"{name} is installed" for name in installed),
            fix=f"apt-get purge {' '.join(installed)}, then: selfhost apply",
        )


def _dead(unit: str) -> Rule:
    cause, symptoms, log = _DEAD[unit]

    def check(look: Look) -> Iterator[Answer]:
        if unit not in look.expected.units:
            return
        if look.facts.units is None:
            yield Unclear("systemd did not answer")
            return
        found = look.facts.units.get(unit)
        if found is None:
            yield Found((f"{unit}.service is not installed",), fix="selfhost apply")
            return
        complaint = (look.facts.complaints or {}).get(unit, "")
        silent = (
            unit == "jicofo" and look.facts.focus is not None and look.facts.focus.answers is False
        )
        if found.active == "active" and not silent:
            return
        if look.starting(unit):
            yield Unclear(f"{unit} has only just started: look again in half a minute")
            return
        evidence = [f"{unit}.service: {found.active or '?'} ({found.result or '?'})"]
        evidence += ["nothing answers on 127.0.0.1:8888"] if silent else []
        evidence += [f"it says: {complaint}"] if complaint else []
        if complaint:
            fix = f"mend that setting, or: selfhost apply; then: systemctl restart {unit}"
            yield Found(tuple(evidence), cause=f"{cause} Its settings are wrong.", fix=fix)
        else:
            yield Found(tuple(evidence))

    return Rule(
        f"{unit}-dead",
        cause,
        f"systemctl restart {unit}; if it ends again, look why: {log}",
        symptoms,
        check,
        explained_by=("disk-full", "update-half-done", "port-taken", "killed-for-memory"),
    )


_DEAD = {
    "prosody": (
        "The XMPP server Prosody does not run: nobody can enter a room.",
        (Symptom.ROOM, Symptom.LOGIN, Symptom.UPDATE),
        "journalctl -u prosody -n 50",
    ),
    "jicofo": (
        "The focus jicofo does not run: a room opens and never starts.",
        (Symptom.ROOM, Symptom.THIRD, Symptom.UPDATE),
        "tail -n 50 /var/log/jitsi/jicofo.log",
    ),
    "jitsi-videobridge2": (
        "The video bridge does not run: more than two people have no sound and picture.",
        (Symptom.THIRD, Symptom.UPDATE),
        "tail -n 50 /var/log/jitsi/jvb.log",
    ),
    "nginx": (
        "The web server nginx does not run.",
        (Symptom.PAGE, Symptom.UPDATE),
        "nginx -t; journalctl -u nginx -n 50",
    ),
    "coturn": (
        "The TURN server does not run: who is behind a strict firewall has no sound and picture.",
        (Symptom.FIREWALLED,),
        "journalctl -u coturn -n 50",
    ),
}


def _web(look: Look) -> Iterator[Answer]:
    if not look.expected.plays("jitsi_web"):
        return
    web = look.facts.web
    if web is None:
        yield Unclear("the site could not be asked")
    elif web.status is None:
        yield Found(("nothing answers on 127.0.0.1:443",))
    elif web.status != 200 or not web.settings:
        what = "not this domain's settings" if web.status == 200 else f"status {web.status}"
        yield Found((f"https://{look.expected.domain}/config.js: {what}",))


def _bosh(look: Look) -> Iterator[Answer]:
    if not look.expected.plays("jitsi_signalling"):
        return
    xmpp = look.facts.xmpp
    if xmpp is None:
        yield Unclear("Prosody could not be asked")
    elif xmpp.status != 200 and look.starting("prosody"):
        yield Unclear("prosody has only just started: look again in half a minute")
    elif xmpp.status != 200:
        yield Found((f"Prosody answers {xmpp.status or 'nothing'} for {look.expected.domain}",))


RULES = (
    Rule(
        "port-taken",
        "Another program holds a port that the server needs.",
        "stop and remove that program, then: selfhost apply",
        (Symptom.PAGE, Symptom.ROOM, Symptom.THIRD, Symptom.UPDATE),
        _port_taken,
        rows=(14,),
    ),
    Rule(
        "other-server",
        "Another web or XMPP server is installed; Jitsi's packages may have set up that one.",
        "apt-get purge it, then: selfhost apply",
        (Symptom.PAGE, Symptom.ROOM),
        _rivals,
        company=True,
    ),
    *(_dead(unit) for unit in _DEAD),
    Rule(
        "site-not-served",
        "The web server runs, but does not serve this domain.",
        "selfhost apply --tags web,tls",
        (Symptom.PAGE,),
        _web,
        explained_by=("nginx-dead", "port-taken", "disk-full", "domain-leftovers"),
    ),
    Rule(
        "xmpp-not-answering",
        "Prosody runs, but does not know this domain.",
        "selfhost apply --tags prosody",
        (Symptom.ROOM, Symptom.LOGIN),
        _bosh,
        explained_by=("prosody-dead", "port-taken", "disk-full", "domain-leftovers"),
    ),
)
