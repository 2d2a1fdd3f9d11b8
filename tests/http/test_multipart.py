"""The frame of multipart/mixed (RFC 2046): octets in, the same octets out, or a clear refusal."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.attachments import statement_and_attachments
from lrs.multipart import MultipartError, is_multipart, parse, render

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPE = "multipart/mixed; boundary=b"


@dataclass(frozen=True)
class Stored:
    """An attachment as a store hands it out."""

    content: bytes
    content_type: str = "text/plain"

    @property
    def sha2(self) -> str:
        """Hash of the content."""
        return hashlib.sha256(self.content).hexdigest()


def bodies(body: bytes, content_type: str = TYPE) -> list[bytes]:
    return [bytes(part.body) for part in parse(content_type, body)]


@given(st.binary(max_size=200), st.lists(st.binary(max_size=200), max_size=5))
def test_what_is_rendered_reads_back(statements: bytes, contents: list[bytes]) -> None:
    content_type, blocks = render(statements, [Stored(content) for content in contents])
    found, attachments = statement_and_attachments(content_type, b"".join(blocks))
    assert found == statements
    assert [attachment.content for attachment in attachments] == list(dict.fromkeys(contents))


# Content made of what frames are made of, so that near misses of a boundary come up all the time.
near_frames = st.lists(
    st.sampled_from(
        [b"\r", b"\n", b"\r\n", b"-", b"--", b"b", b"--b", b"\r\n--b", b" ", b"a", b":"]
    )
).map(b"".join)


@given(st.lists(near_frames, min_size=1, max_size=4))
def test_content_without_the_boundary_comes_through(contents: list[bytes]) -> None:
    boundary = b"boundary-that-is-not-in-it"
    body = b"".join(b"--%b\r\n\r\n%b\r\n" % (boundary, content) for content in contents)
    content_type = f'multipart/mixed; boundary="{boundary.decode()}"'
    assert bodies(body + b"--%b--" % boundary, content_type) == contents


@given(near_frames | st.binary(max_size=300), st.sampled_from(["b", '"b"', "-b", "a b", ""]))
def test_hostile_bodies_are_refused_as_multipart_errors_or_read(body: bytes, boundary: str) -> None:
    with suppress(MultipartError):
        found = parse(f"multipart/mixed; boundary={boundary}", body)
        assert sum(len(part.body) for part in found) <= len(body)


@given(st.text(max_size=60) | st.from_regex(r"multipart/mixed;.{0,40}", fullmatch=True))
def test_hostile_content_types_are_refused_as_multipart_errors_or_read(content_type: str) -> None:
    with suppress(MultipartError):
        assert len(parse(content_type, b"--b\r\n\r\nx\r\n--b--")) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--",
        b"--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n",
        b"\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--",
        b"preamble\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\nepilogue\r\n--b\r\nno part",
        b"--b \t\r\n\r\none\r\n--b  \r\n\r\ntwo\r\n--b-- \t\r\n",
        b"--bx is no boundary\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--",
    ],
    ids=["plain", "line at end", "line at start", "preamble, epilogue", "padding", "look-alike"],
)
def test_frames_that_rfc_2046_allows_are_read(body: bytes) -> None:
    assert bodies(body) == [b"one", b"two"]


def test_content_may_be_empty_or_look_like_a_frame() -> None:
    body = b"--b\r\nX: y\r\n\r\n\r\n--b\r\n\r\n\r\n--bb\r\n --b\r\n\r\n--b--"
    assert bodies(body) == [b"", b"\r\n--bb\r\n --b\r\n"]


def test_header_fields_are_read_in_any_case_folded_or_not() -> None:
    body = b"--b\r\ncontent-TYPE:text/plain;\r\n charset=x\r\nX-A :b\r\n\r\n\r\n--b--"
    with pytest.raises(MultipartError, match="part 1: a header field is a name"):
        parse(TYPE, body)
    (part,) = parse(TYPE, body.replace(b"X-A :", b"X-A: \t"))
    assert part.headers == {"content-type": "text/plain; charset=x", "x-a": "b"}


@pytest.mark.parametrize(
    "parameter",
    [
        'boundary="abcABC0123\'()+_,-./:=?"',
        "boundary=abcABC0123'()+_,-./:=?",
        'charset=utf-8; BOUNDARY="abcABC0123\'()+_,-./:=?"; x=y',
        'x="; boundary=no"; boundary="abcABC0123\'()+_\\,-./:=?"',
    ],
)
def test_boundaries_are_read_quoted_or_not(parameter: str) -> None:
    body = b"--abcABC0123'()+_,-./:=?\r\n\r\none\r\n--abcABC0123'()+_,-./:=?--"
    assert bodies(body, f"Multipart/Mixed; {parameter}") == [b"one"]


@pytest.mark.parametrize(
    ("content_type", "requirement"),
    [
        ("multipart/mixed", "XAPI-00131"),
        ("multipart/mixed;", "XAPI-00131"),
        ("multipart/mixed; boundary=", "RFC 2046"),
        (f"multipart/mixed; boundary={'b' * 71}", "RFC 2046"),
        ('multipart/mixed; boundary="b "', "RFC 2046"),
        ("multipart/mixed; boundary=é", "RFC 2046"),
        ("multipart/form-data; boundary=b", "XAPI-00127"),
        ("application/json", "XAPI-00127"),
        ("", "XAPI-00127"),
    ],
)
def test_content_types_without_a_usable_boundary_are_refused(
    content_type: str, requirement: str
) -> None:
    with pytest.raises(MultipartError) as refused:
        parse(content_type, b"--b\r\n\r\none\r\n--b--")
    assert requirement in refused.value.requirement


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"", "a boundary stands before each part"),
        (b"no frame", "a boundary stands before each part"),
        (b"--b--", "a boundary stands before each part"),
        (b"--b\n\none\n--b--\n", "a boundary stands before each part"),
        (b"--b\r\n\r\none", "two hyphens stand after the last part"),
        (b"--b\r\n\r\none\r\n--b\r\n", "two hyphens stand after the last part"),
        (b"--b\r\nX: y\r\n--b--", "part 1: a part has header fields, an empty line"),
        (b"--b\r\n\r\n\r\n--b\r\n--b--", "part 2: a part has header fields, an empty line"),
        (b"--b\r\nno colon\r\n\r\n\r\n--b--", "part 1: a header field is"),
        (b"--b\r\n: nameless\r\n\r\n\r\n--b--", "part 1: a header field is"),
        (b"--b\r\nX: \xff\r\n\r\n\r\n--b--", "part 1: header fields are UTF-8"),
        (b"--b\r\nX: " + b"y" * 17_000 + b"\r\n\r\n\r\n--b--", "part 1: a part has header"),
    ],
)
def test_broken_frames_are_refused_with_the_rule(body: bytes, rule: str) -> None:
    with pytest.raises(MultipartError, match=rule):
        parse(TYPE, body)


def test_a_body_full_of_boundaries_is_refused() -> None:
    with pytest.raises(MultipartError, match="at most 10000 boundaries"):
        parse(TYPE, b"--b\r\n\r\n" + b"\r\n--bx" * 20_000 + b"\r\n--b--")


def test_multipart_is_told_by_its_media_type_alone() -> None:
    assert is_multipart("Multipart/MIXED ; boundary=x")
    assert not is_multipart("multipart/mixedup; boundary=x")
    assert not is_multipart("text/plain; a=multipart/mixed")


def test_the_rendered_form_is_plain_enough_for_simple_readers() -> None:
    content_type, blocks = render(b"{}", [Stored(b"one")])
    boundary = content_type.removeprefix("multipart/mixed; boundary=")
    assert boundary.isalnum()
    assert b"".join(blocks) == (
        b"--%b\r\nContent-Type: application/json\r\n\r\n{}\r\n--%b\r\n"
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\n"
        b"X-Experience-API-Hash: %b\r\n\r\none\r\n--%b--\r\n"
    ) % ((boundary.encode(),) * 2 + (Stored(b"one").sha2.encode(), boundary.encode()))


def test_attachments_are_rendered_one_at_a_time() -> None:
    taken: list[bytes] = []

    def stored() -> Iterator[Stored]:
        for content in (b"one", b"two"):
            taken.append(content)
            yield Stored(content)

    _, blocks = render(b"{}", stored())
    assert next(blocks).startswith(b"--")
    assert taken == []


@pytest.mark.parametrize("content_type", ["a\r\nX-Injected: b", "té/xt", ""])
def test_a_content_type_that_is_no_header_value_is_not_rendered(content_type: str) -> None:
    _, blocks = render(b"{}", [Stored(b"one", content_type)])
    body = b"".join(blocks)
    assert b"Content-Type: application/octet-stream\r\n" in body
    assert b"Injected" not in body
