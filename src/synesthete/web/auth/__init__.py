"""Who may come in: passwords, sessions, keys, and the rules of every route."""
