"""Reads M-PESA's webhooks, tolerant of every oddity that was seen. Source: contract M-PESA §2.1, §5."""

from __future__ import annotations

import json
from typing import Any

from pamoja.kernel.payments.rules.messages import Found, Notice, NoticeKind
from pamoja.kernel.payments.rules.mpesa import shillings_as_minor

_UNREADABLE = Notice(is_readable=False)
_ENDED_WELL = frozenset({"completed"})
_ENDED_BADLY = frozenset({"failed", "cancelled", "declined", "expired", "rejected"})
_UNDER_WAY = frozenset({"pending", "authorized", "initiated", "in progress", "submitted"})
_NOT_KNOWN = "25"


def read(kind: NoticeKind, body: bytes) -> Notice:
    """What the webhook claims. Never raises: what cannot be read says so."""
    try:
        told = json.loads(body)
        return _push(told) if kind == NoticeKind.COLLECTION else _result(told, kind)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return _UNREADABLE


def _push(told: Any) -> Notice:
    callback = told["Body"]["stkCallback"]
    rail_id, code = _text(callback.get("CheckoutRequestID")), _text(callback.get("ResultCode"))
    if not rail_id or not code:
        return _UNREADABLE
    items = _named((callback.get("CallbackMetadata") or {}).get("Item"), "Name")
    return Notice(
        rail_id=rail_id,
        other_id=_text(callback.get("MerchantRequestID")),
        code=code,
        text=_text(callback.get("ResultDesc")),
        receipt=_text(items.get("MpesaReceiptNumber")),
        amount_minor=shillings_as_minor(items.get("Amount")),
    )


def _result(told: Any, kind: NoticeKind) -> Notice:
    result = told["Result"]
    code = _text(result.get("ResultCode"))
    if not code:
        return _UNREADABLE
    items = _named((result.get("ResultParameters") or {}).get("ResultParameter"), "Key")
    if kind == NoticeKind.PAYOUT_STATE:
        return Notice(
            rail_id=_text(items.get("ConversationID")),
            other_id=_text(items.get("OriginatorConversationID")),
            code=code,
            text=_text(items.get("TransactionReason") or result.get("ResultDesc")),
            receipt=_text(items.get("ReceiptNo")),
            amount_minor=shillings_as_minor(items.get("Amount")),
            found=_found(code, _text(items.get("TransactionStatus"))),
        )
    return Notice(
        rail_id=_text(result.get("ConversationID")),
        other_id=_text(result.get("OriginatorConversationID")),
        # A queue time-out says nothing about the money.
        code="" if kind == NoticeKind.PAYOUT_LATE else code,
        text=_text(result.get("ResultDesc")),
        receipt=_text(items.get("TransactionReceipt") or result.get("TransactionID")) if code == "0" else "",
        amount_minor=shillings_as_minor(items.get("TransactionAmount")),
    )


def _found(code: str, state: str) -> Found:
    if code == _NOT_KNOWN:
        return Found.UNKNOWN_TO_RAIL
    said = state.lower()
    if code != "0" or not said:
        return Found.UNCLEAR
    for found, words in (
        (Found.COMPLETED, _ENDED_WELL),
        (Found.FAILED, _ENDED_BADLY),
        (Found.PENDING, _UNDER_WAY),
    ):
        if said in words:
            return found
    return Found.UNCLEAR


def _named(items: Any, name: str) -> dict[str, Any]:
    """Items by name: there may be a list of them, one alone, or none; a value may be missing."""
    rows = items if isinstance(items, list) else [items] if isinstance(items, dict) else []
    return {str(row.get(name)): row.get("Value") for row in rows if isinstance(row, dict)}


def _text(value: Any) -> str:
    """Codes come as numbers and as text; what is neither is nothing."""
    if value is None or isinstance(value, bool | dict | list | float):
        return ""
    return str(value).replace("\0", "").strip()[:300]
