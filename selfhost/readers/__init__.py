"""Readers: bytes of one format to values that know where they stand. No I/O, nothing executed."""
