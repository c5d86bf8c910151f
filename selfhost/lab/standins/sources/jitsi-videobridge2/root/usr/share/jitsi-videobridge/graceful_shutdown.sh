#!/bin/bash
# Asks the bridge to end; only with the shutdown interface switched on.
exec curl -sf -X POST -H 'Content-Type: application/json' \
    -d '{ "graceful-shutdown": "true" }' http://127.0.0.1:8080/colibri/shutdown
