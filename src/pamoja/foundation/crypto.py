"""Personal data at rest: AES-GCM under a ring of keys, and keyed blind indexes to find it again."""

from __future__ import annotations

import base64
import hmac
import os
from dataclasses import dataclass
from functools import cached_property, lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE_BYTES = 12


class Undecryptable(Exception):
    """The data was altered, moved to another field, or its key is no longer in the ring."""


@dataclass(frozen=True)
class KeyRing:
    """Keys by id; the first encrypts, all decrypt, so that a new key can be put in front."""

    keys: tuple[tuple[str, bytes], ...]

    @cached_property
    def _ciphers(self) -> dict[str, AESGCM]:
        """To make one takes longer than to seal a text; those of one key may be used by many threads at once."""
        return {key_id: AESGCM(key) for key_id, key in reversed(self.keys)}

    @classmethod
    def read(cls, text: str) -> KeyRing:
        """From `id:base64,id:base64`; each key has 32 bytes."""
        pairs = [part.strip().split(":", 1) for part in text.split(",") if part.strip()]
        ring = cls(tuple((key_id, base64.b64decode(key)) for key_id, key in pairs))
        if not ring.keys or any(len(key) != 32 for _, key in ring.keys):
            raise ValueError("the key ring needs at least one `id:base64` of 32 bytes")
        return ring

    def encrypt(self, text: str, context: str) -> bytes:
        """`id`, a zero byte, nonce and sealed text; bound to its context (the field's name)."""
        key_id, _ = self.keys[0]
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[key_id].encrypt(nonce, text.encode(), context.encode())
        return key_id.encode() + b"\0" + nonce + sealed

    def decrypt(self, sealed: bytes, context: str) -> str:
        """Raises: Undecryptable."""
        key_id, _, rest = bytes(sealed).partition(b"\0")
        cipher = self._ciphers.get(key_id.decode(errors="replace"))
        if cipher is None:
            raise Undecryptable(f"no key {key_id!r} in the ring")
        try:
            return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], context.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise Undecryptable("the data does not fit its key and field") from error


@lru_cache(maxsize=4)
def _ring(text: str) -> KeyRing:
    return KeyRing.read(text)


def key_ring() -> KeyRing:
    """The ring that the settings name."""
    return _ring(settings.PAMOJA.encryption_keys.get_secret_value())


def encrypt(text: str, context: str) -> bytes:
    """Seal `text` for the field `context`."""
    return key_ring().encrypt(text, context)


def decrypt(sealed: bytes, context: str) -> str:
    """Open what `encrypt` sealed for the same field.

    Raises: Undecryptable.
    """
    return key_ring().decrypt(sealed, context)


def blind_index(text: str, context: str) -> bytes:
    """A keyed 32-byte fingerprint: equal texts of one field meet, nobody without the key can guess them."""
    key = _index_key(settings.PAMOJA.blind_index_key.get_secret_value())
    return hmac.digest(key, context.encode() + b"\0" + text.encode(), "sha256")


@lru_cache(maxsize=4)
def _index_key(text: str) -> bytes:
    return base64.b64decode(text)
