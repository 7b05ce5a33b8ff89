"""Waking a browser: who we are, what only that browser can read, and which push services are known.

Source: RFC 8030, 8188, 8291, 8292.
"""

from __future__ import annotations

import base64
import json
import os
import struct
from collections.abc import Sequence
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pamoja.kernel.messaging.errors import PushEndpointUnknown

RECORD_BYTES, PLAIN_BYTES_MAX = 4096, 3993
TOKEN_LASTS_S = 12 * 3600
KNOWN_HOSTS = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "web.push.apple.com",
    ".notify.windows.com",
    ".push.apple.com",
)


def b64(raw: bytes) -> str:
    """base64url without padding, as the web writes it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The bytes again. A ValueError for what is no base64url."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key_from(scalar: bytes) -> ec.EllipticCurvePrivateKey:
    """The P-256 key of 32 bytes."""
    return ec.derive_private_key(int.from_bytes(scalar, "big"), ec.SECP256R1())


def public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The 65 bytes of its uncompressed public half."""
    return key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def check_endpoint(endpoint: str, extra_hosts: Sequence[str]) -> None:
    """Only push services that are known are ever called: the address comes from a stranger's browser.

    Raises: PushEndpointUnknown.
    """
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    if host in extra_hosts:
        return
    is_known = any(host == each or (each.startswith(".") and host.endswith(each)) for each in KNOWN_HOSTS)
    if parts.scheme != "https" or not is_known or parts.username or parts.port not in (None, 443):
        raise PushEndpointUnknown()


def identified(endpoint: str, key: ec.EllipticCurvePrivateKey, *, contact: str, now_s: int) -> str:
    """The `Authorization` by which the push service of this endpoint knows us."""
    parts = urlsplit(endpoint)
    header = {"typ": "JWT", "alg": "ES256"}
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": now_s + TOKEN_LASTS_S, "sub": contact}
    signed = ".".join(b64(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"vapid t={signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}, k={b64(public_bytes(key))}"


def sealed(
    plain: bytes,
    *,
    p256dh: str,
    auth: str,
    sender: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The payload as only that browser can read it; with fresh key and salt unless a test gives its own.

    A ValueError for keys that are none, or too long a text.
    """
    if len(plain) > PLAIN_BYTES_MAX:
        raise ValueError(f"a push holds at most {PLAIN_BYTES_MAX} bytes")
    theirs_raw, secret = unb64(p256dh), unb64(auth)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs_raw)
    ours = sender or ec.generate_private_key(ec.SECP256R1())
    ours_raw, salt = public_bytes(ours), salt or os.urandom(16)
    shared = ours.exchange(ec.ECDH(), theirs)
    keyed = _derived(shared, secret, b"WebPush: info\0" + theirs_raw + ours_raw, 32)
    key = _derived(keyed, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(keyed, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + struct.pack(">IB", RECORD_BYTES, len(ours_raw)) + ours_raw
    return head + AESGCM(key).encrypt(nonce, plain + b"\x02", None)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)
