#!/bin/bash
# Hands a copy of the web certificate of DOMAIN to coturn, readable for its own user only.
# usage: coturn-le-update.sh DOMAIN
set -e

TURN_CONFIG=/etc/turnserver.conf
MARKER="# jitsi-meet coturn config. Do not modify this line"

DOMAIN="$1"
if [ -z "$DOMAIN" ]; then
    echo "Give the domain of the certificate as the first argument." >&2
    exit 10
fi

if [ -f "$TURN_CONFIG" ] && grep -q "$MARKER" "$TURN_CONFIG"; then
    CERTS=/etc/coturn/certs
    mkdir -p "$CERTS"
    chown -R turnserver:turnserver /etc/coturn
    chmod -R 700 /etc/coturn

    CHAIN="$CERTS/$DOMAIN.fullchain.pem"
    KEY="$CERTS/$DOMAIN.privkey.pem"
    (umask 077 && cp "/etc/jitsi/meet/$DOMAIN.crt" "$CHAIN" && cp "/etc/jitsi/meet/$DOMAIN.key" "$KEY")
    chown turnserver:turnserver "$CHAIN" "$KEY"
    chmod 400 "$CHAIN" "$KEY"

    sed -i -e "s|^cert=.*|cert=$CHAIN|" -e "s|^pkey=.*|pkey=$KEY|" "$TURN_CONFIG"

    service coturn restart
fi
