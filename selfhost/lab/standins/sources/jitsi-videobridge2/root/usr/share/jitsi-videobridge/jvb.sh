#!/bin/bash
# Starts the bridge. What the real script hands to Java goes to the stand-in, argument by argument.

if [[ "$1" == "--help" ]]; then
    echo "usage: jvb.sh [options]; the settings are in /etc/jitsi/videobridge/jvb.conf"
    exit 1
fi

HERE=$(dirname "$(readlink -f "$0")")
# Belongs to the package: an upgrade replaces it.
. "$HERE/lib/videobridge.rc"

VIDEOBRIDGE_MAX_MEMORY="${VIDEOBRIDGE_MAX_MEMORY:-3072m}"
VIDEOBRIDGE_GC_TYPE="${VIDEOBRIDGE_GC_TYPE:-G1GC}"

export PYTHONPATH="$HERE/lib" PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# shellcheck disable=SC2086
exec -a java /usr/bin/python3 -m standin.bridge "-Xmx$VIDEOBRIDGE_MAX_MEMORY" \
    $VIDEOBRIDGE_DEBUG_OPTIONS "-XX:+Use$VIDEOBRIDGE_GC_TYPE" \
    -XX:+HeapDumpOnOutOfMemoryError -XX:HeapDumpPath=/tmp \
    -Djdk.tls.ephemeralDHKeySize=2048 $JAVA_SYS_PROPS \
    -cp "$HERE/jitsi-videobridge.jar:$HERE/lib/*" org.jitsi.videobridge.MainKt "$@"
