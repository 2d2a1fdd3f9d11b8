"""The `lrs` command as people call it."""
