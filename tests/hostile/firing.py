"""Sends a shot on a connection of its own, reads all that comes back, and judges it."""

from __future__ import annotations

import json
import socket
import struct
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.hostile.shots import Shot

BOUND_SECONDS = 10.0  # generous: what takes longer hangs
# Why a server whose database is well may say 503 (docs/integrate.md).
EXCUSED = {"overloaded", "not_yet", "no_records"}
RECEIVED_BYTES = 65_536
AT_ONCE = struct.pack("ii", 1, 0)  # closing resets the connection


@dataclass
class Answer:
    """A response."""

    status: int
    headers: dict[str, str]
    body: bytes = b""

    def fault(self, *, is_head: bool) -> str:
        """What is wrong with it, if anything."""
        if self.status >= 500:
            return "" if self._is_excused(is_head=is_head) else f"{self.status} {self.body[:300]!r}"
        if self.status >= 400 and not is_head:
            return "" if self._has_reason() else f"{self.status}: {self.body[:300]!r}"
        return ""

    def _is_excused(self, *, is_head: bool) -> bool:
        if self.status != 503 or "retry-after" not in self.headers:
            return False
        if is_head:  # it has no body to say why
            return True
        return self._has_reason() and json.loads(self.body)["error"] in EXCUSED

    def _has_reason(self) -> bool:
        try:
            return bool(json.loads(self.body)["error"])
        except (ValueError, TypeError, KeyError):
            return False


@dataclass
class Reply:
    """All that came back for a shot."""

    answers: list[Answer] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def fire(port: int, shot: Shot) -> Reply:
    """Send a shot to a server of this machine."""
    began = time.monotonic()
    reply = Reply()
    received = b""
    try:
        received = exchange(port, shot, began + BOUND_SECONDS)
    except TimeoutError:
        reply.faults.append(f"not done after {time.monotonic() - began:.1f} s")
    except ConnectionError as error:
        reply.faults.append(repr(error))
    try:
        reply.answers = [each for each in parse(received, shot) if each.status >= 200]
    except (ValueError, IndexError) as error:
        reply.faults.append(f"not HTTP: {error!r} in {received[:300]!r}")
    reply.faults += filter(None, (each.fault(is_head=shot.is_head) for each in reply.answers))
    if shot.is_request and not reply.faults and len(reply.answers) != 1:
        reply.faults.append(f"{len(reply.answers)} answers to one request: {received[:300]!r}")
    return reply


def exchange(port: int, shot: Shot, deadline: float) -> bytes:
    """All that the server sends until it closes."""
    with socket.create_connection(("127.0.0.1", port), BOUND_SECONDS) as connection:
        with suppress(ConnectionError):  # refused while it was being sent: the answer is there
            connection.sendall(shot.data)
            if shot.leaves:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
                return b""
            if shot.half_closes:
                connection.shutdown(socket.SHUT_WR)
        received = b""
        with suppress(ConnectionResetError):  # as good as closed, if it has answered before
            while data := receive(connection, deadline):
                received += data
        return received


def receive(connection: socket.socket, deadline: float) -> bytes:
    """Some bytes, none at the end; TimeoutError if none come before the deadline."""
    connection.settimeout(max(deadline - time.monotonic(), 0.001))
    return connection.recv(RECEIVED_BYTES)


def parse(data: bytes, shot: Shot) -> list[Answer]:
    """The responses in what was received, one after the other."""
    answers: list[Answer] = []
    while data:
        head, _, rest = data.partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        protocol, status, *_ = line.split(" ")
        if protocol != "HTTP/1.1":
            raise ValueError(line)
        headers = {name.lower(): value for name, value in (each.split(": ", 1) for each in lines)}
        answer = Answer(int(status), headers)
        answer.body, data = split_body(answer, rest, is_head=shot.is_head)
        answers.append(answer)
    return answers


def split_body(answer: Answer, rest: bytes, *, is_head: bool) -> tuple[bytes, bytes]:
    """The body of a response, and what follows it."""
    if is_head or answer.status < 200 or answer.status in {204, 304}:
        return b"", rest
    if answer.headers.get("transfer-encoding") == "chunked":
        return split_chunks(rest)
    length = int(answer.headers.get("content-length", "0"))
    if len(rest) < length:
        raise ValueError(f"{len(rest)} of {length} bytes")
    return rest[:length], rest[length:]


def split_chunks(rest: bytes) -> tuple[bytes, bytes]:
    """The content of a chunked body, and what follows it."""
    content = b""
    while True:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            return content, rest.removeprefix(b"\r\n")
        content, rest = content + rest[:length], rest[length + 2 :]
