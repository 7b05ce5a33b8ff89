"""Owns the RSA pair that stands for Safaricom's certificate and opens SecurityCredentials made with it."""

import base64
import binascii
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from pamoja.sandbox.mpesa.known import INITIATOR_PASSWORD

CERTIFICATE_FILE = "mpesa-certificate.pem"
KEY_FILE = "mpesa-private-key.pem"


class Credential:
    """The key pair, made on first use and kept in the data folder."""

    def __init__(self, data: Path) -> None:
        if not (data / KEY_FILE).exists() or not (data / CERTIFICATE_FILE).exists():
            _make_pair(data)
        own = (data / KEY_FILE).read_bytes()
        key = serialization.load_pem_private_key(own, password=None, unsafe_skip_rsa_key_validation=True)
        self._key = cast(rsa.RSAPrivateKey, key)
        self.certificate_pem = (data / CERTIFICATE_FILE).read_bytes()

    def is_good(self, security_credential: str) -> bool:
        """Whether it is the initiator's password, encrypted with PKCS#1 v1.5 for our certificate, in base64."""
        try:
            opened = self._key.decrypt(base64.b64decode(security_credential, validate=True), padding.PKCS1v15())
        except (binascii.Error, ValueError):
            return False
        return secrets.compare_digest(opened, INITIATOR_PASSWORD.encode())


def _make_pair(data: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "M-PESA sandbox on localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    (data / CERTIFICATE_FILE).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (data / KEY_FILE).touch(mode=0o600)
    (data / KEY_FILE).write_bytes(private)
