"""WHAT WE KNOW: the one truth, in SQLite or PostgreSQL."""
