"""What each program would really use: evidence and readers, put together by its own rules."""
