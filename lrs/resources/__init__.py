"""One file for each xAPI resource; none knows another."""
