"""The lake: what is exported, what survives a crash, what of persons is in it, what SQL may do."""
