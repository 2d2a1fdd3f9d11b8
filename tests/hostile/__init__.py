"""The server among clients that mean it no good."""
