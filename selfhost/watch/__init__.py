"""Audits on a timer, which tell only what changed, and that they could not look."""
