"""Controls of the category "exposure"."""
