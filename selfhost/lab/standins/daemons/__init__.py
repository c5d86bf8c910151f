"""The small programs that take the place of the focus and the bridge inside a lab container.

Installed as the package ``standin`` beside the start scripts, so only the standard library may be
imported, and only relatively among themselves. They read the real configuration, log in to the
real Prosody and break where the real programs break; they carry no media and call no third party.
"""
