"""Signed statements of audits: made, chained, verified."""
