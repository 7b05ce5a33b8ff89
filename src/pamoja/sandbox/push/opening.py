"""What a push service checks and a browser opens: who sends (RFC 8292), and what it says (RFC 8188, 8291)."""

import json
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pamoja.sandbox.push.browsers import b64, unb64

LASTS_S_MAX = 24 * 3600
HEAD_BYTES = 21


class Refused(Exception):
    """The push service does not take it: the status, and why."""

    def __init__(self, status: int, reason: str) -> None:
        self.status, self.reason = status, reason
        super().__init__(reason)


@dataclass(frozen=True)
class Sender:
    """Who wants to wake a browser."""

    contact: str
    key: str


def sender_of(authorization: str, *, origin: str, now_s: float) -> Sender:
    """Raises: Refused when the token is not one, not for us, too old or too long, or not signed by its key."""
    scheme, _, rest = authorization.partition(" ")
    given = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    if scheme.lower() != "vapid" or not {"t", "k"} <= given.keys():
        raise Refused(401, "Authorization must be vapid, with t and k")
    try:
        head, claims, signature = given["t"].split(".")
        raw, told = unb64(signature), json.loads(unb64(claims))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(given["k"]))
        der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        is_es256 = json.loads(unb64(head)).get("alg") == "ES256" and len(raw) == 64
        audience, expires_s, contact = str(told["aud"]), float(told["exp"]), str(told.get("sub", ""))
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature):
        raise Refused(403, "the token does not bear its key's signature") from None
    if not is_es256 or audience != origin:
        raise Refused(403, f"the token is for {audience}, this is {origin}")
    if not now_s < expires_s <= now_s + LASTS_S_MAX:
        raise Refused(403, "the token has expired, or lasts longer than a day")
    if not contact.startswith(("mailto:", "https://", "http://127.0.0.1", "http://localhost")):
        raise Refused(403, "sub must be an address where the sender can be reached")
    return Sender(contact, given["k"].rstrip("="))


def opened(sealed: bytes, *, private_key: str, p256dh: str, auth: str) -> str:
    """The text that was sealed for this browser. Raises: Refused when it was not."""
    if len(sealed) < HEAD_BYTES + 65 + 18:
        raise Refused(400, "the body is no aes128gcm")
    salt, (record_bytes, key_bytes) = sealed[:16], struct.unpack(">IB", sealed[16:HEAD_BYTES])
    theirs_raw = sealed[HEAD_BYTES : HEAD_BYTES + key_bytes]
    record = sealed[HEAD_BYTES + key_bytes :]
    if len(record) > record_bytes:
        raise Refused(413, "the body has more than one record")
    try:
        mine = ec.derive_private_key(int.from_bytes(unb64(private_key), "big"), ec.SECP256R1())
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs_raw)
        shared = mine.exchange(ec.ECDH(), theirs)
        keyed = _derived(shared, unb64(auth), b"WebPush: info\0" + unb64(p256dh) + theirs_raw, 32)
        key = _derived(keyed, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derived(keyed, salt, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
        if not plain.endswith(b"\x02"):
            raise Refused(400, "the last record is not marked as such")
        return plain[:-1].decode()
    except (ValueError, InvalidTag):
        raise Refused(400, f"the browser cannot open it with the keys {b64(theirs_raw)[:8]}…") from None


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)
