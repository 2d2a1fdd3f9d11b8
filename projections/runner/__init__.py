"""Running the fold: whose turn it is, batch by batch, and rebuilding beside the old rows."""
