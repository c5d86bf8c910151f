"""Collects evidence; the one part of selfhost that runs on the audited server.

Its parts are sent as one program text over one SSH session (``selfhost.targets.program``). It needs
nothing but Python 3.9 and changes nothing: files are opened for reading without touching their
access time, commands are those of the plan, run without a shell. One part acts, and on request
only: ``attempts`` sends packets that the kernel should refuse. Secrets are replaced here, before
anything leaves the server, by ``REDACTED_`` and 8 hexadecimal digits of a keyed hash, so that
equality can be seen and nothing be guessed.
"""

#: Each after what it imports.
PARTS = (
    *("syntax", "secrecy", "values", "manifests", "redactor", "records", "disk", "documents"),
    *("processes", "commands", "sockets", "containers", "media", "attempts", "run"),
)
