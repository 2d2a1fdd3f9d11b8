"""Failures that an operator has to be told of in one line."""

from __future__ import annotations


class Failure(Exception):
    """A command or the server can't do what it was asked; the text is for people."""

    status = 1
    """Exit status of a command that ends with it."""
