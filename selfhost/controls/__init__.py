"""Controls: what must not be true of a private server, one file each."""
