"""Ways to reach what is audited or provisioned."""
