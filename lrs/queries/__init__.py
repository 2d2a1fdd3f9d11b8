"""Queries over the lake for those who ask over HTTP: each in a process of its own."""
