"""Signed statements: JSON web signatures, made with the cryptography library alone."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.conformance.client import encode_json
from tests.conformance.samples import make_attachment

USAGE_TYPE = "http://adlnet.gov/expapi/attachments/signature"
HASHES: dict[str, hashes.HashAlgorithm] = {
    "RS256": hashes.SHA256(),
    "RS384": hashes.SHA384(),
    "RS512": hashes.SHA512(),
}


@cache
def make_key(name: str) -> rsa.RSAPrivateKey:
    """Return the RSA key of a name; the same one in all of a run."""
    del name
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def make_certificate(name: str) -> str:
    """Return a self-signed certificate of a key, as a JWS header holds it (`x5c`)."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        issuer_name=subject,
        subject_name=subject,
        public_key=make_key(name).public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(days=1),
        not_valid_after=now + timedelta(days=1),
    )
    certificate = builder.sign(make_key(name), hashes.SHA256())
    return b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()


def encode_segment(content: bytes) -> bytes:
    """Write one of the three segments of a JWS."""
    return urlsafe_b64encode(content).rstrip(b"=")


def sign(payload: bytes, algorithm: str = "RS256", key: str = "key", /, **header: object) -> bytes:
    """Return the JWS of a payload in compact form."""
    head = encode_segment(encode_json({"alg": algorithm, **header}))
    signed = head + b"." + encode_segment(payload)
    digest = HASHES.get(algorithm, hashes.SHA256())
    signature = make_key(key).sign(signed, padding.PKCS1v15(), digest)
    return signed + b"." + encode_segment(signature)


def attach(statement: dict[str, Any], jws: bytes, **changed: object) -> dict[str, Any]:
    """Return the statement with the signature as its attachment."""
    return statement | {"attachments": [make_attachment(jws, usageType=USAGE_TYPE, **changed)]}
