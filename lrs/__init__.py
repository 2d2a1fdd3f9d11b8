"""What people and programs talk to: HTTP, the command, settings, wiring."""
