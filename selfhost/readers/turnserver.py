"""coturn's ``turnserver.conf``."""

import re

from selfhost.readers.flat import FlatTree, too_large
from selfhost.readers.grammar import words
from selfhost.readers.tree import Source, Tree

REPEATED = frozenset(
    {
        "allowed-peer-ip",
        "alternate-server",
        "aux-server",
        "denied-peer-ip",
        "external-ip",
        "listening-ip",
        "relay-ip",
        "static-auth-secret",
        "tls-alternate-server",
        "user",
    }
)
"""Options that add up when they stand several times."""

OPTIONS = REPEATED | frozenset(
    words("""
    CA-file Verbose acme-redirect allocation-default-address-family allow-loopback-peers
    alt-listening-port alt-tls-listening-port bps-capacity cert channel-lifetime
    check-origin-consistency cipher-list cli cli-ip cli-max-output-sessions cli-password cli-port
    cpus daemon db dh-file dh1066 dh566 drain-min-allocations dtls ec-curve-name fingerprint
    include-reason-string keep-address-family listening-device listening-port log-binding log-file
    log-min-level lt-cred-mech max-allocate-lifetime max-allocate-timeout max-bps max-port min-port
    mobility mongo-userdb multiplex-peer mysql-userdb ne new-log-timestamp
    new-log-timestamp-format no-auth no-auth-pings no-cli no-dtls no-dynamic-ip-list
    no-dynamic-realms no-loopback-peers no-multicast-peers no-rfc5780 no-software-attribute
    no-sslv2 no-sslv3 no-stdout-log no-stun no-stun-backward-compatibility no-tcp no-tcp-relay
    no-tls no-tlsv1 no-tlsv1_1 no-tlsv1_2 no-udp no-udp-relay oauth permission-lifetime pidfile pkey
    pkey-pwd proc-group proc-user prometheus prometheus-address prometheus-path prometheus-port
    prometheus-username-labels psql-userdb raw-public-keys realm redis-statsdb redis-userdb
    relay-device relay-threads respond-http-unsupported response-origin-only-with-rfc5780
    rest-api-separator rfc5780 secret-key-file secure-stun server-name server-relay simple-log
    sock-buf-size software-attribute sql-userdb stale-nonce stun-backward-compatibility stun-only
    syslog syslog-facility tcp-alternate-server tcp-proxy-port tls tls-listening-port tlsv1 tlsv1_1
    total-quota udp-alternate-server udp-self-balance use-auth-secret user-quota userdb verbose
    web-admin web-admin-ip web-admin-listen-on-workers web-admin-port
    """)
)
"""Options of coturn 4.5 to 4.7 (src/apps/relay/mainrelay.c)."""

_LINE = re.compile(r"([^ \t=]+)(?:[= \t]+(.*))?", re.DOTALL)


def read_turnserver(source: Source) -> Tree:
    """Flat keys. A value is text, or ``True`` for an option without one.

    The options in ``REPEATED`` are always lists, one item per line; of any other the last wins.
    """
    if large := too_large(source):
        return large
    found = FlatTree(source)
    for number, line in enumerate(source.text.split("\n"), 1):
        match = _LINE.fullmatch(line.strip())
        if match is None:
            if line.strip():
                found.problem(number, "not an option")
        elif not match[1].startswith("#"):
            value = match[2] or ""
            if value.startswith('"'):
                value = value[1:].removesuffix('"')
            found.set(match[1], value or True, number)
    return found.tree(REPEATED)
