"""What is hardly HTTP: garbage, two requests that look like one, clients that leave early."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.documentation.description import BASE
from tests.hostile.shots import Shot, encode
from tests.hostile.statements import valid_statement
from tests.hostile.values import broken, odd_text

if TYPE_CHECKING:
    from random import Random

    from tests.hostile.requests import Requests

# Each says in its own way that the body has two lengths, or none.
AMBIGUOUS = (
    b"Content-Length: 4\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: chunked\r\nContent-Length: 4",
    b"Content-Length: 4\r\nTransfer-Encoding: xchunked",
    b"Content-Length: 4\r\nTransfer-Encoding : chunked",
    b"Content-Length: 4\r\nTransfer-Encoding:\tchunked",
    b"Content-Length: 4\r\n Transfer-Encoding: chunked",
    b"Content-Length: 4\r\nTransfer-Encoding: identity, chunked",
    b"Content-Length: 4\r\nTransfer-Encoding: chunked, identity",
    b"Content-Length: 4\r\nContent-Length: 5",
    b"Content-Length: 4, 4",
    b"Content-Length: +4",
    b"Content-Length: 0x4",
    b"Content-Length: 4 ",
    b"Content-Length: -4",
    b"Content-Length: 99999999999999999999",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    b"Transfer-Encoding: \x0bchunked",
)
CHUNKED = (b"0\r\n\r\n", b"4\r\nabcd\r\n0\r\n\r\n", b"-1\r\n", b"f" * 18 + b"\r\n", b"4;x=y\r\nab")
GARBAGE = (
    b"",
    b"\x00" * 100,
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET /\r\n",
    b"GET  / HTTP/1.1\r\n\r\n",
    b"get / http/1.1\r\n\r\n",
    b"GET / HTTP/1.1\n\nGET / HTTP/1.1\n\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET / HTTP/1.1\r\n: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n",
    b"GET http://a:99999/ HTTP/1.1\r\n\r\n",
    b"GET * HTTP/1.1\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
    b"CONNECT a:1 HTTP/1.1\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /%00%ff/../ HTTP/1.1\r\nHost: \xff\r\n\r\n",
    b"\r\n" * 3_000,
    b"GET /" + b"a" * 200_000,
    b"A" * 200_000,
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000,
    b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
    b"POST / HTTP/1.1\r\nExpect: 999-x\r\nContent-Length: 1\r\n\r\na",
)


class Garbage:
    """Makes what `Requests` would not."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def garbage(self, chance: Random) -> Shot:
        """Bytes that are no request, or not yet one."""
        data = chance.choice((*GARBAGE, chance.randbytes(chance.randrange(1, 2_000))))
        return Shot("garbage", data, is_request=False, half_closes=chance.random() < 0.2)

    def mangled(self, chance: Random) -> Shot:
        """A good request with some bytes changed."""
        data = broken(chance, self.good(chance))
        return Shot("mangled", data, is_request=False, half_closes=chance.random() < 0.5)

    def pipelined(self, chance: Random) -> Shot:
        """Several requests at once, the last of them good or not."""
        few = [self.good(chance).replace(b"Connection: close\r\n", b"") for _ in range(3)]
        last = chance.choice((self.good(chance), broken(chance, self.good(chance))))
        data = b"".join(few[: chance.randint(1, 3)]) + last
        return Shot("pipelined", data, is_request=False)

    def smuggled(self, chance: Random) -> Shot:
        """A request whose body, read in another way, is a second one: it must not be answered."""
        head = self.good(chance).partition(b"\r\n\r\n")[0].partition(b"Content-Length")[0]
        hidden = b"GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n"
        body = chance.choice(CHUNKED) + hidden
        data = head + chance.choice(AMBIGUOUS) + b"\r\n\r\n" + body
        return Shot("smuggled", data, is_request=True)

    def half_closed(self, chance: Random) -> Shot:
        """A client that stops in the middle, or has nothing more to say after its request."""
        data = self.good(chance)
        cut = chance.choice((len(data), chance.randrange(len(data))))
        return Shot("half-closed", data[:cut], is_request=False, half_closes=True)

    def left(self, chance: Random) -> Shot:
        """A client that is gone before it can be answered, having asked for one thing or three."""
        data = self.good(chance).replace(b"Connection: close\r\n", b"") * chance.choice((1, 1, 3))
        cut = chance.choice((len(data), len(data), chance.randrange(len(data))))
        return Shot("left", data[:cut], is_request=False, leaves=True)

    def good(self, chance: Random) -> bytes:
        """A request that works."""
        fields = [
            ("Authorization", self._requests.authorization),
            ("X-Experience-API-Version", "1.0.3"),
            ("Content-Type", "application/json"),
            ("X-Odd", odd_text(chance)[:100]),
        ]
        return encode("POST", f"{BASE}/statements", fields, valid_statement(chance))
