"""Signed Statements: check that an attached JSON web signature belongs to its Statement."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.x509 import load_der_x509_certificate

from schemas.equality import equivalent
from schemas.errors import InvalidJson, InvalidStatement, Problem, quoted
from schemas.parsing import parse
from schemas.rules import SIGNATURE
from schemas.validation import validate_statement
from schemas.versions import Version

if TYPE_CHECKING:
    Json = dict[str, Any]

_COMPACT: Final = re.compile(rb"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){2}")
_HASHES: Final = {"RS256": SHA256(), "RS384": SHA384(), "RS512": SHA512()}


def check_signature(statement: Json, jws: bytes) -> None:
    """Check the JSON web signature `jws` that is attached to a valid `statement`.

    It is a compact JWS by RS256, RS384 or RS512, its payload is the Statement as it was
    before the signature was added, and if its header has an X.509 certificate, then that
    verifies it. Whom the certificate belongs to is not looked into. Source: Data 2.6,
    XAPI-00115 to XAPI-00117. Raises InvalidStatement.
    """
    header, payload, signature = _decode(jws)
    fields = _parse(header, "header")
    algorithm = fields.get("alg")
    if not isinstance(algorithm, str) or algorithm not in _HASHES:
        rule = f"a signature is made with RS256, RS384 or RS512, not with {quoted(algorithm)}"
        raise _refusal(rule, "XAPI-00117")
    _check_payload(statement, _parse(payload, "payload"))
    if "x5c" in fields:
        _verify(fields["x5c"], algorithm, signature, jws.rpartition(b".")[0])


def _decode(jws: bytes) -> list[bytes]:
    """Return the three parts of a compact JWS, base64url without padding (RFC 7515)."""
    try:
        if _COMPACT.fullmatch(jws):
            return [base64.urlsafe_b64decode(part + b"==") for part in jws.split(b".")]
    except ValueError:  # one character more than base64 can have
        pass
    raise _refusal("the signature is not a compact JSON web signature")


def _parse(part: bytes, name: str) -> Json:
    try:
        value = parse(part)
    except InvalidJson as error:
        raise _refusal(f"the signature's {name}: {error}", "XAPI-00116") from None
    if not isinstance(value, dict):
        raise _refusal(f"the signature's {name} is not a JSON object", "XAPI-00116")
    return value


def _check_payload(statement: Json, payload: Json) -> None:
    _check_form(payload)
    unsigned = [one for one in statement.get("attachments", ()) if one["usageType"] != SIGNATURE]
    if not equivalent(
        _attached(statement, unsigned), _attached(payload, payload.get("attachments"))
    ):
        raise _refusal("the signature belongs to another statement", "XAPI-00116")


def _check_form(payload: Json) -> None:
    """Refuse a payload that is a Statement in neither version."""
    for version in Version:
        try:
            validate_statement(payload, version)
        except InvalidStatement as error:
            refusal = error
        else:
            return
    raise _refusal(f"the signature's payload: {refusal}", "XAPI-00116")


def _attached(statement: Json, attachments: list[Json] | None) -> Json:
    bare = {name: value for name, value in statement.items() if name != "attachments"}
    return bare | {"attachments": attachments} if attachments else bare


def _verify(chain: Any, algorithm: str, signature: bytes, signed: bytes) -> None:  # noqa: ANN401
    try:
        certificate = load_der_x509_certificate(base64.b64decode(chain[0], validate=True))
        key = certificate.public_key()
    except (ValueError, TypeError, LookupError, UnsupportedAlgorithm):
        raise _refusal("the signature's x5c is not a list of X.509 certificates") from None
    if not isinstance(key, RSAPublicKey):
        raise _refusal("the signature's certificate has no RSA key", "XAPI-00117")
    try:
        key.verify(signature, signed, PKCS1v15(), _HASHES[algorithm])
    except InvalidSignature:
        raise _refusal("the signature does not fit its certificate", "XAPI-00117") from None


def _refusal(rule: str, requirement: str = "XAPI-00115") -> InvalidStatement:
    return InvalidStatement(Problem("$.attachments", rule, requirement))
