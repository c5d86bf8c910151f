"""A headless Chromium that opens a meeting as a participant does, and a record of what it did.

Driven over a pipe by the DevTools protocol: no port is opened, and nothing beyond Chromium itself
is needed. Nothing that does not belong to the deployment is ever contacted: other names do not
resolve in this browser, so a request to them is an attempt that is written down.
"""
