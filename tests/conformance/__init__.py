"""What xAPI demands of a record store, checked over real HTTP by requirement id."""
