"""Loads the fixtures that every room shares."""

pytest_plugins = ["tests.analytics.plugin", "tests.plugins.postgresql", "tests.plugins.server"]
