"""Loads the fixtures that every room shares."""

pytest_plugins = ["tests.plugins.postgresql", "tests.plugins.server"]
