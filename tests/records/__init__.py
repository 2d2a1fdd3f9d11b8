"""Learning records over HTTP."""
