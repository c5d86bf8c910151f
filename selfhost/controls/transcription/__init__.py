"""Controls of the category "transcription"."""
