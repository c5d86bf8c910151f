#!/bin/bash
# Starts the gateway. What the real script hands to Java goes to the stand-in.

HERE=$(dirname "$(readlink -f "$0")")
JIGASI_MAX_MEMORY="${JIGASI_MAX_MEMORY:-3072m}"

export PYTHONPATH="$HERE/lib" PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# shellcheck disable=SC2086
exec -a java /usr/bin/python3 -m standin.gateway "-Xmx$JIGASI_MAX_MEMORY" $JAVA_SYS_PROPS \
    -cp "$HERE/jigasi.jar:$HERE/lib/*" org.jitsi.jigasi.Main "$@"
