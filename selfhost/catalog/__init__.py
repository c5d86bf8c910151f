"""Data about Jitsi and the world around it: no code."""
