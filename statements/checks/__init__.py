"""What can be wrong with a stored log and the index beside it, one file for each part."""
