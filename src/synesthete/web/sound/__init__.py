"""Sound that comes with a request: heard, drawn and kept for a while, always in another process."""
