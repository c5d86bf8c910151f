"""What each program would really use: evidence and readers, put together by the program's own rules."""
