"""Controls of the category "streaming"."""
