"""Fixtures that every room shares; tests/conftest.py loads them."""
