"""The audit: evidence and controls to a report. Pure."""
