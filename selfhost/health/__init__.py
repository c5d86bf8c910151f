"""Whether a running server is well, and what is wrong when it is not: ``status`` and ``doctor``."""
