"""The append-only log and what is written in its own transaction."""
