"""TinCanJS and @xapi/xapi, the clients of most browser content, work with this store."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from tests.clients.node import run_script

if TYPE_CHECKING:
    from tests.plugins.server import Credential, LrsServer

pytestmark = pytest.mark.usefixtures("node_packages")

TINCANJS = (
    "about",
    "statement",
    "pages",
    "voiding",
    "attachments",
    "state",
    "profiles",
    "activity",
    "conflict",
)
XAPIJS = (
    "about",
    "statement",
    "pages",
    "related",
    "voiding",
    "attachments",
    "state",
    "profiles",
    "person",
)


XAPIJS_CASES = [
    case
    for case in product(("1.0.3", "2.0.0"), ("axios", "fetch"), XAPIJS)
    if case[1:]
    != ("axios", "attachments")  # in Node, axios sends a Blob as application/octet-stream
]


def tell(lrs: LrsServer, credential: Credential) -> dict[str, str]:
    """Return what a script must know, as environment variables."""
    return {"ENDPOINT": lrs.endpoint, "KEY": credential.key, "SECRET": credential.secret}


@pytest.mark.parametrize("scenario", TINCANJS)
def test_tincanjs_works(lrs: LrsServer, credential: Credential, scenario: str) -> None:
    run_script("tincanjs.mjs", scenario, **tell(lrs, credential))


@pytest.mark.parametrize("case", XAPIJS_CASES, ids="-".join)
def test_xapijs_works(lrs: LrsServer, credential: Credential, case: tuple[str, str, str]) -> None:
    version, adapter, scenario = case
    settings = tell(lrs, credential) | {"VERSION": version, "ADAPTER": adapter}
    run_script("xapijs.mjs", scenario, **settings)
