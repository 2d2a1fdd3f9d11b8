"""The server when what it stands on fails."""
