"""The repository itself: its commands, its files, its measures, its test fixtures."""
