#!/bin/bash
# Writes down a call that the real script would make over the internet, and makes none.
umask 002
mkdir -p /var/log/standin
printf '%s would run %s\n' "$(date -u +%FT%TZ)" "$*" >> /var/log/standin/third-party-calls.log
exit 1
