"""The benchmark: `make bench`, `make bench-large`."""
