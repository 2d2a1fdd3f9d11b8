"""What goes wrong in production, done on purpose to real servers under load."""
