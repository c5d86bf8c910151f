"""Controls of the category "recording"."""
