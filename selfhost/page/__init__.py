"""The page about privacy that participants read: what an audit found, in words, on the server."""
