"""The documentation is true: examples run, links lead somewhere, tables equal the code."""
