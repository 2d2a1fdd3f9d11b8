"""What xAPI demands of statements sent with attachments (Communication 1.5, Data 2.4.11, 2.6)."""

from __future__ import annotations

import hashlib
import json

import pytest

from lrs.attachments import Attachment, match_attachments, statement_and_attachments
from lrs.multipart import MultipartError

TYPE = 'multipart/mixed; boundary="frame"'
TEXT = b"here is a simple attachment"
SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"


def sha2(content: bytes, algorithm: str = "sha256") -> str:
    return hashlib.new(algorithm, content).hexdigest()


def declaration(content: bytes = TEXT, **changes: object) -> dict[str, object]:
    entry: dict[str, object] = {
        "usageType": "http://example.com/usage",
        "display": {"en": "A test"},
        "contentType": "text/plain",
        "length": len(content),
        "sha2": sha2(content),
    }
    return entry | changes


def statement(*attachments: object) -> dict[str, object]:
    return {"object": {"id": "http://example.com/activity"}, "attachments": list(attachments)}


def attachment_part(content: bytes = TEXT, **headers: str | None) -> bytes:
    fields = {
        "Content-Type": "text/plain",
        "Content-Transfer-Encoding": "binary",
        "X-Experience-API-Hash": sha2(content),
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}\r\n" for name, value in fields.items() if value is not None]
    return "".join(lines).encode() + b"\r\n" + content


def framed(*parts: bytes) -> bytes:
    return b"".join(b"\r\n--frame\r\n" + part for part in parts) + b"\r\n--frame--\r\n"


def json_part(value: object, content_type: str = "application/json") -> bytes:
    return f"Content-Type: {content_type}\r\n\r\n".encode() + json.dumps(value).encode()


def accept(body: bytes) -> list[Attachment]:
    """Do what the statement resource does; raises MultipartError."""
    first, attachments = statement_and_attachments(TYPE, body)
    value = json.loads(first)
    match_attachments(value if isinstance(value, list) else [value], attachments)
    return attachments


# Accepted


def test_an_attachment_sent_along_is_accepted() -> None:
    found = accept(framed(json_part(statement(declaration())), attachment_part()))
    assert found == [Attachment(sha2(TEXT), "text/plain", TEXT)]


def test_the_declared_length_is_not_held_against_the_content() -> None:
    accept(framed(json_part(statement(declaration(length=5))), attachment_part()))


@pytest.mark.parametrize("algorithm", ["sha224", "sha256", "sha384", "sha512"])
def test_any_sha2_is_accepted_in_either_case(algorithm: str) -> None:
    digest = sha2(TEXT, algorithm)
    declared = statement(declaration(sha2=digest.upper()))
    body = framed(json_part(declared), attachment_part(X_Experience_API_Hash=digest.upper()))
    assert [attachment.sha2 for attachment in accept(body)] == [digest]


def test_multipart_without_attachments_is_accepted() -> None:
    assert accept(framed(json_part({"object": {}}))) == []
    assert accept(framed(json_part([]))) == []


def test_a_file_url_needs_no_part_and_may_have_one() -> None:
    declared = statement(declaration(fileUrl="http://example.com/file"))
    assert accept(framed(json_part(declared))) == []
    assert len(accept(framed(json_part(declared), attachment_part()))) == 1


def test_one_part_serves_several_statements_even_under_several_types() -> None:
    batch = [statement(declaration()), statement(declaration(contentType="text/csv"))]
    assert len(accept(framed(json_part(batch), attachment_part()))) == 1


def test_the_same_part_twice_is_kept_once() -> None:
    body = framed(json_part(statement(declaration())), attachment_part(), attachment_part())
    assert len(accept(body)) == 1


def test_an_attachment_of_a_substatement_is_accepted() -> None:
    inner = statement(declaration()) | {"objectType": "SubStatement"}
    assert len(accept(framed(json_part({"object": inner}), attachment_part()))) == 1


def test_parameters_of_the_type_may_differ_as_in_the_specification() -> None:
    declared = statement(declaration(contentType="text/plain; charset=ascii"))
    accept(framed(json_part(declared, "application/json; charset=utf-8"), attachment_part()))


def test_a_part_need_not_say_its_type() -> None:
    body = framed(json_part(statement(declaration())), attachment_part(Content_Type=None))
    assert accept(body)[0].content_type is None


def test_other_header_fields_of_a_part_are_no_obstacle() -> None:
    part = attachment_part(Content_Disposition='attachment; filename="a.txt"')
    assert len(accept(framed(json_part(statement(declaration())), part))) == 1


def test_content_is_taken_octet_for_octet() -> None:
    content = bytes(range(256)) * 3 + b"\r\n--fram\r\n\r\n"
    body = framed(json_part(statement(declaration(content))), attachment_part(content))
    assert accept(body)[0].content == content


def test_a_signature_sent_as_octet_stream_is_accepted() -> None:
    declared = declaration(usageType=SIGNATURE, contentType="application/octet-stream")
    part = attachment_part(Content_Type="application/octet-stream")
    assert len(accept(framed(json_part(statement(declared)), part))) == 1


# Refused


def refusal(body: bytes) -> MultipartError:
    with pytest.raises(MultipartError) as refused:
        accept(body)
    return refused.value


@pytest.mark.parametrize(
    ("part", "requirement"),
    [
        (attachment_part(X_Experience_API_Hash=None), "XAPI-00132"),
        (attachment_part(Content_Transfer_Encoding=None), "XAPI-00135"),
        (attachment_part(Content_Transfer_Encoding="base64"), "XAPI-00135"),
        (attachment_part(X_Experience_API_Hash=sha2(b"other")), "Communication 1.5.2"),
        (attachment_part(X_Experience_API_Hash="12ab"), "Communication 1.5.2"),
        (attachment_part(X_Experience_API_Hash="ü" * 64), "Communication 1.5.2"),
        (json_part(statement(declaration())), "XAPI-00135"),
    ],
    ids=["no hash", "no encoding", "base64", "wrong hash", "short", "no digits", "statement"],
)
def test_a_part_that_breaks_a_rule_is_refused_with_its_number(
    part: bytes, requirement: str
) -> None:
    error = refusal(framed(json_part(statement(declaration())), part))
    assert (error.part, error.requirement) == (2, requirement)
    assert error.problems[0].path == "part 2"


@pytest.mark.parametrize("content_type", ["text/plain", "application/jsonp", ""])
def test_the_first_part_is_json(content_type: str) -> None:
    error = refusal(framed(json_part(statement(declaration()), content_type), attachment_part()))
    assert (error.part, error.requirement) == (1, "XAPI-00134")


def test_a_missing_boundary_between_the_parts_is_seen() -> None:
    first = json_part(statement(declaration()))
    body = b"--frame\r\n" + first + b"\r\n" + attachment_part() + b"\r\n--frame--"
    with pytest.raises(json.JSONDecodeError):
        accept(body)


def test_a_missing_boundary_before_the_statements_is_seen() -> None:
    body = json_part(statement(declaration())) + framed(attachment_part())
    assert refusal(body).requirement == "XAPI-00134"


def test_an_undeclared_part_is_refused() -> None:
    body = framed(json_part(statement(declaration())), attachment_part(), attachment_part(b"extra"))
    assert refusal(body).requirement == "XAPI-00128"


def test_a_declared_attachment_without_part_or_file_url_is_refused() -> None:
    body = framed(json_part(statement(declaration(), declaration(b"two"))), attachment_part())
    error = refusal(body)
    assert error.requirement == "XAPI-00129"
    assert sha2(b"two") in error.rule


def test_in_a_request_of_json_alone_every_attachment_needs_a_file_url() -> None:
    match_attachments([statement(declaration(fileUrl="http://example.com/file"))], [])
    with pytest.raises(MultipartError, match="has a fileUrl or is sent along"):
        match_attachments([statement(declaration())], [])


def test_a_part_of_another_type_than_declared_is_refused() -> None:
    part = attachment_part(Content_Type="image/png")
    assert "contentType declared" in refusal(framed(json_part(statement(declaration())), part)).rule


def test_a_signature_of_another_type_is_refused() -> None:
    body = framed(json_part(statement(declaration(usageType=SIGNATURE))), attachment_part())
    assert refusal(body).requirement == "XAPI-00115"


def test_a_signature_elsewhere_cannot_be_checked_and_is_refused() -> None:
    declared = declaration(
        usageType=SIGNATURE,
        contentType="application/octet-stream",
        fileUrl="http://example.com/signature",
    )
    assert refusal(framed(json_part(statement(declared)))).requirement == "XAPI-00115"
