"""TinCanJS and @xapi/xapi, the clients of most browser content, work with this store."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from tests.clients.conftest import run_script

if TYPE_CHECKING:
    from pathlib import Path

    from tests.plugins.server import Credential, LrsServer

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


def tell(lrs: LrsServer, credential: Credential) -> dict[str, str]:
    """Return what a script must know, as environment variables."""
    return {"ENDPOINT": lrs.endpoint, "KEY": credential.key, "SECRET": credential.secret}


@pytest.mark.parametrize("scenario", TINCANJS)
def test_tincanjs_works(
    lrs: LrsServer, credential: Credential, node_packages: Path, scenario: str
) -> None:
    run_script(node_packages, "tincanjs.mjs", scenario, **tell(lrs, credential))


@pytest.mark.parametrize(
    "case", list(product(("1.0.3", "2.0.0"), ("axios", "fetch"), XAPIJS)), ids="-".join
)
def test_xapijs_works(
    lrs: LrsServer, credential: Credential, node_packages: Path, case: tuple[str, str, str]
) -> None:
    version, adapter, scenario = case
    settings = tell(lrs, credential) | {"VERSION": version, "ADAPTER": adapter}
    run_script(node_packages, "xapijs.mjs", scenario, **settings)
