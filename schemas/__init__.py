"""What xAPI says: pure rules, no I/O."""
