"""The JSON Schema files of this room, read once."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from schemas.versions import Version

BASE_URI: Final = "https://villeapp.example/schemas/"
_FILES: Final = (
    *("formats.json", "statement.json", "statement-1.0.3.json", "statement-2.0.0.json"),
    *("catalogue.json", "badges.json"),
)


def reference(kind: str, version: Version) -> dict[str, Any]:
    """Return the schema of a "statement" or an "agent" under `version`."""
    return {"$ref": f"{BASE_URI}statement-{version}.json#/$defs/{kind}"}


def _read(name: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads(files("schemas").joinpath("json", name).read_text(encoding="utf-8"))


SCHEMAS: Final[dict[str, dict[str, Any]]] = {BASE_URI + name: _read(name) for name in _FILES}
FORMATS: Final[dict[str, dict[str, str]]] = SCHEMAS[BASE_URI + "formats.json"]["$defs"]
