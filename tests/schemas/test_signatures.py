"""Signed statements (Data 2.6)."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import CertificateBuilder, Name, NameAttribute, random_serial_number
from cryptography.x509.oid import NameOID

from schemas.errors import InvalidStatement
from schemas.signatures import check_signature
from tests.schemas.samples import ATTACHMENT, FULL, MISSING, MOODLE, SIGNATURE, VIDEO, Json, changed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes

HASHES = {"RS256": SHA256(), "RS384": SHA384(), "RS512": SHA512()}
SIGNED: Json = {
    **VIDEO,
    "attachments": [
        {**ATTACHMENT, "usageType": SIGNATURE, "contentType": "application/octet-stream"}
    ],
}


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _certificate(key: CertificateIssuerPrivateKeyTypes) -> str:
    name = Name([NameAttribute(NameOID.COMMON_NAME, "Anna")])
    builder = CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(random_serial_number())
    builder = builder.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    builder = builder.not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
    certificate = builder.sign(key, SHA256())
    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()


def _url(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")


def _sign(key: rsa.RSAPrivateKey, payload: object, **header: object) -> bytes:
    fields: dict[str, Any] = {"alg": "RS256", **header}
    payload_text = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signed = _url(json.dumps(fields).encode()) + b"." + _url(payload_text)
    signature = key.sign(signed, padding.PKCS1v15(), HASHES.get(fields["alg"], SHA256()))
    return signed + b"." + _url(signature)


def _accepts(statement: Json, jws: bytes) -> bool:
    try:
        check_signature(statement, jws)
    except InvalidStatement:
        return False
    return True


@pytest.mark.parametrize("algorithm", HASHES)
def test_signature_of_the_statement_is_accepted(key: rsa.RSAPrivateKey, algorithm: str) -> None:
    assert _accepts(SIGNED, _sign(key, VIDEO, alg=algorithm))
    assert _accepts(SIGNED, _sign(key, VIDEO, alg=algorithm, x5c=[_certificate(key)]))


def test_what_the_store_sets_does_not_break_a_signature(key: rsa.RSAPrivateKey) -> None:
    for path in ("id", "timestamp", "verb.display", "object.definition"):
        assert _accepts(SIGNED, _sign(key, changed(VIDEO, path, MISSING)))
    set_later = {"stored": "2026-01-31T12:00:00Z", "version": "1.0.0", "authority": FULL["actor"]}
    assert _accepts({**SIGNED, **set_later}, _sign(key, VIDEO))


def test_other_attachments_are_signed_too(key: rsa.RSAPrivateKey) -> None:
    statement = {**SIGNED, "attachments": [ATTACHMENT, *SIGNED["attachments"]]}
    assert _accepts(statement, _sign(key, {**VIDEO, "attachments": [ATTACHMENT]}))
    assert not _accepts(statement, _sign(key, VIDEO))


def test_digits_of_a_duration_below_a_hundredth_do_not_count(key: rsa.RSAPrivateKey) -> None:
    longer = {**SIGNED, "result": {"duration": "P1DT12H36M0.1237S"}}
    assert _accepts(longer, _sign(key, {**VIDEO, "result": {"duration": "P1DT12H36M0.12S"}}))
    assert not _accepts(longer, _sign(key, {**VIDEO, "result": {"duration": "P1DT12H36M0.13S"}}))


def test_statement_in_the_form_of_either_version_can_be_signed(key: rsa.RSAPrivateKey) -> None:
    for timestamp in ("20211129T230900.867Z", "2021-11-29 23:09:00.867z"):
        assert _accepts(SIGNED, _sign(key, changed(VIDEO, "timestamp", timestamp)))


@pytest.mark.parametrize(
    "payload",
    [
        MOODLE,
        changed(VIDEO, "actor.account.name", "y"),
        changed(VIDEO, "id", "00000000-0000-0000-0000-000000000000"),
        changed(VIDEO, "timestamp", "2021-11-29T23:09:01Z"),
        changed(VIDEO, "result", MISSING),
        {**VIDEO, "attachments": [ATTACHMENT]},
    ],
)
def test_signature_of_another_statement_is_refused(key: rsa.RSAPrivateKey, payload: Json) -> None:
    with pytest.raises(InvalidStatement, match=r"another statement.*XAPI-00116"):
        check_signature(SIGNED, _sign(key, payload))


@pytest.mark.parametrize(
    "payload",
    [
        *(b"", b"{", b"[]", b'"x"', b"{}", b"\xff", b'{"actor":1,"actor":2}'),
        json.dumps(VIDEO).replace('"', "'", 1).encode(),
        json.dumps(changed(VIDEO, "verb", {})).encode(),
        json.dumps(changed(VIDEO, "object", MISSING)).encode(),
    ],
)
def test_payload_that_is_no_statement_is_refused(key: rsa.RSAPrivateKey, payload: bytes) -> None:
    with pytest.raises(InvalidStatement, match="signature"):
        check_signature(SIGNED, _sign(key, payload))


@pytest.mark.parametrize("algorithm", ["HS256", "none", "ES256", "PS256", "rs256", "", None, 7, []])
def test_other_algorithms_are_refused(key: rsa.RSAPrivateKey, algorithm: object) -> None:
    header = _url(json.dumps({"alg": algorithm}).encode())
    with pytest.raises(InvalidStatement, match="XAPI-00117"):
        check_signature(SIGNED, header + b"." + _sign(key, VIDEO).partition(b".")[2])


@pytest.mark.parametrize(
    "jws",
    [
        *(b"", b".", b"..", b"a.b", b"a.b.", b"a.b.c.d", b"a.b.c", b"\xff.b.c", b"e30=.e30=.AA=="),
        *(b"W10.e30.AA", b"bnVsbA.e30.AA", b"e30.e30.AA", b" e30.e30.AA", b'{"payload":"e30"}'),
        *(b"e30.e30.A", b"eyJhbGciOjE.e30.AA"),
    ],
)
def test_malformed_signature_is_refused(jws: bytes) -> None:
    with pytest.raises(InvalidStatement, match=r"\$\.attachments"):
        check_signature(SIGNED, jws)


def test_certificate_must_fit_the_signature(key: rsa.RSAPrivateKey) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(InvalidStatement, match="does not fit its certificate"):
        check_signature(SIGNED, _sign(key, VIDEO, x5c=[_certificate(other)]))
    wrong_hash = _sign(key, VIDEO, alg="RS512", x5c=[_certificate(key)])
    tampered = wrong_hash[:-4] + b"AAAA"
    with pytest.raises(InvalidStatement, match="does not fit its certificate"):
        check_signature(SIGNED, tampered)


def test_certificate_of_another_kind_of_key_is_refused(key: rsa.RSAPrivateKey) -> None:
    certificate = _certificate(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(InvalidStatement, match="no RSA key"):
        check_signature(SIGNED, _sign(key, VIDEO, x5c=[certificate]))


@pytest.mark.parametrize("chain", [[], {}, None, "x", ["x"], ["!"], [7], [None], ["AAAA"], [[]]])
def test_chain_that_holds_no_certificate_is_refused(key: rsa.RSAPrivateKey, chain: object) -> None:
    with pytest.raises(InvalidStatement, match="x5c"):
        check_signature(SIGNED, _sign(key, VIDEO, x5c=chain))
