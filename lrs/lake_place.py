"""Where the lake of this installation lies, told without loading what reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lrs.settings import Settings


def lake_place(settings: Settings) -> str:
    """A folder or an address."""
    return settings.analytics_url or str(settings.data_dir.absolute() / "lake")
