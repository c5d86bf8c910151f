"""Controls of the category "retention"."""
