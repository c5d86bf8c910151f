"""Looks at a running server; sent there as one program text over one SSH session.

Standard library only, Python 3.9. It reads and asks, and changes nothing. Of log files it tells
which known errors occur in their last part, never a line of them; passwords are compared here and
only the answer leaves. Input and output are one JSON document each; what could not be found out is
missing or null.
"""

#: Each after what it imports.
PARTS = (
    *("asking", "machine", "services", "logs", "applications", "certificates", "system"),
    "look",
)
