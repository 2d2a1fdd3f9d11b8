"""The projections: what is folded from the log, each for itself."""
