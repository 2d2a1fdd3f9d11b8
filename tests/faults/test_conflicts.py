"""Ten thousand requests at once over a few hundred ids: of different contents, one wins."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter, defaultdict
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, NamedTuple

from tests.conformance.samples import make_id
from tests.faults.load import new_statement
from tests.faults.wire import open_line

if TYPE_CHECKING:
    from tests.faults.load import Json
    from tests.faults.twins import Twins
    from tests.faults.wire import Line

IDS = 500
CONTENTS = 10  # of each id
SENDS = 2  # of each content
CONNECTIONS = 200  # shared out between two servers
ACCEPTED, CONFLICT = 200, 409


class Claim(NamedTuple):
    """A content for an id."""

    statement_id: str
    content: int

    @property
    def statement(self) -> Json:
        """The statement; two of the same content are equal."""
        return new_statement("conflicts", self.content) | {"id": self.statement_id}


Answered = list[tuple[Claim, int]]


async def send(line: Line, claims: list[Claim]) -> Answered:
    """Send what is left of the claims, one after the other; the statuses."""
    answered = []
    while claims:
        claim = claims.pop()
        answer = await line.send("POST", "statements", json.dumps(claim.statement).encode())
        answered.append((claim, answer.status))
    return answered


async def send_all(twins: Twins, claims: list[Claim]) -> Answered:
    """Send all claims over many connections."""
    async with AsyncExitStack() as lines:
        sends = [
            send(await lines.enter_async_context(open_line(port, twins.credential)), claims)
            for port in twins.ports
            for _ in range(CONNECTIONS // 2)
        ]
        return [each for answered in await asyncio.gather(*sends) for each in answered]


async def read_all(twins: Twins, ids: list[str]) -> dict[str, int]:
    """Get each statement by its id; which content it has."""
    contents = {}
    async with open_line(twins.ports[0], twins.credential) as line:
        for statement_id in ids:
            answer = await line.send("GET", f"statements?statementId={statement_id}")
            (contents[statement_id],) = answer.json["result"]["extensions"].values()
    return contents


def test_of_ten_thousand_requests_one_content_wins_each_id(twins: Twins) -> None:
    ids = [make_id() for _ in range(IDS)]
    claims = [Claim(each, i) for each in ids for i in range(CONTENTS)] * SENDS
    random.shuffle(claims)
    answered = asyncio.run(send_all(twins, claims))
    lost = IDS * (CONTENTS - 1) * SENDS
    assert Counter(status for _, status in answered) == {ACCEPTED: IDS * SENDS, CONFLICT: lost}

    winners = defaultdict(set)
    for claim, status in answered:
        if status == ACCEPTED:
            winners[claim.statement_id].add(claim.content)
    contents = asyncio.run(read_all(twins, ids))
    assert winners == {statement_id: {content} for statement_id, content in contents.items()}
