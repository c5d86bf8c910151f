#!/bin/bash
# Starts the recorder. What the real script hands to Java goes to the stand-in.

export PYTHONPATH=/opt/jitsi/jibri PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
exec -a java /usr/bin/python3 -m standin.recorder \
    -Djava.util.logging.config.file=/etc/jitsi/jibri/logging.properties \
    -Dconfig.file=/etc/jitsi/jibri/jibri.conf \
    -jar /opt/jitsi/jibri/jibri.jar --config /etc/jitsi/jibri/config.json
