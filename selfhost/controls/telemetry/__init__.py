"""Controls of the category "telemetry"."""
