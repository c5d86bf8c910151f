"""The audits of a site, kept: store, and which of them is meant."""
