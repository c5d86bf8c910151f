"""Where data goes: what an audit proves of it (derive), and the picture of that (drawing)."""
