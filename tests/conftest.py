"""Loads the fixtures that every room shares."""

import os

# Of the servers and commands that tests start, none compiles again what another one has compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

pytest_plugins = [
    "tests.analytics.plugin",
    "tests.plugins.bucket",
    "tests.plugins.postgresql",
    "tests.plugins.server",
]
