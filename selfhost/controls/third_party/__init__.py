"""Controls of the category "third-party"."""
