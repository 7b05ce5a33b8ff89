"""Addresses for webhooks that nobody can guess, which prove themselves without a look into the database."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from uuid import UUID

from pamoja.kernel.payments.rules.messages import NoticeKind

# Hexadecimal digits alone: M-PESA refuses addresses that contain words such as `exe` or `sql`.
_ID, _NONCE, _PROOF = 32, 8, 40


@dataclass(frozen=True)
class Addressed:
    """What a genuine token is about; the nonce tells two questions about one payout apart."""

    subject_id: UUID
    nonce: str


def make_token(secret: bytes, *, community_id: UUID, kind: NoticeKind, subject_id: UUID) -> str:
    """A fresh token: the subject, a nonce, and the proof that we made it for this community and kind."""
    head = subject_id.hex + secrets.token_hex(_NONCE // 2)
    return head + _proof(secret, community_id, kind, head)


def read_token(secret: bytes, token: str, *, community_id: UUID, kind: NoticeKind) -> Addressed | None:
    """What the token is about, or None when we did not make it. Takes the same time for every wrong proof."""
    head, proof = token[: _ID + _NONCE], token[_ID + _NONCE :]
    if len(token) != _ID + _NONCE + _PROOF or not hmac.compare_digest(
        proof.encode(), _proof(secret, community_id, kind, head).encode()
    ):
        return None
    return Addressed(UUID(hex=head[:_ID]), head[_ID:])


def _proof(secret: bytes, community_id: UUID, kind: NoticeKind, head: str) -> str:
    message = f"{community_id.hex}/{kind}/{head}".encode()
    return hmac.digest(secret, message, "sha256").hex()[:_PROOF]
