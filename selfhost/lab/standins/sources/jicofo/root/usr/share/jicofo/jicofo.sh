#!/bin/bash
# Starts the focus. What the real script hands to Java goes to the stand-in, argument by argument.

if [[ "$1" == "--help" || $# -lt 0 ]]; then
    echo "usage: jicofo.sh [options]; the settings are in /etc/jitsi/jicofo/jicofo.conf"
    exit 1
fi

HERE=$(dirname "$(readlink -f "$0")")

# An administrator may name another file; without that it is the packaged one.
if [[ "$JAVA_SYS_PROPS" != *-Dconfig.file=* ]]; then
    CONFIG=/etc/jitsi/jicofo/jicofo.conf
    if [ ! -f "$CONFIG" ]; then
        echo "There is no $CONFIG." >&2
        exit 2
    fi
    JAVA_SYS_PROPS="$JAVA_SYS_PROPS -Dconfig.file=$CONFIG"
fi

JICOFO_MAX_MEMORY="${JICOFO_MAX_MEMORY:-3072m}"

export PYTHONPATH="$HERE/lib" PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# shellcheck disable=SC2086
exec -a java /usr/bin/python3 -m standin.focus "-Xmx$JICOFO_MAX_MEMORY" \
    -XX:+HeapDumpOnOutOfMemoryError -XX:HeapDumpPath=/tmp \
    -Djdk.tls.ephemeralDHKeySize=2048 $JAVA_SYS_PROPS \
    -cp "$HERE/jicofo.jar:$HERE/lib/*" org.jitsi.jicofo.Main "$@"
