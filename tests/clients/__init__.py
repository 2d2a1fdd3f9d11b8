"""Real clients, written by others, against the running server."""
