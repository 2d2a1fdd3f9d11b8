"""Bringing statements in from files and from other record stores, straight into the log."""
