"""Controls of the category "ai"."""
