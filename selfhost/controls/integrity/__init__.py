"""Controls of the category "integrity"."""
