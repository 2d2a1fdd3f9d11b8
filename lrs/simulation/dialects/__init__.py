"""What each source's statements look like: text from acts and catalogue entries, nothing else."""
