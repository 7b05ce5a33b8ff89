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
_ANSWERS = frozenset({NoticeKind.PAYOUT_STATE, NoticeKind.REFUND_STATE, NoticeKind.C2B_STATE})
# `R000001`: it had been reversed before. `1`: our own account is short.
_REVERSED, _NOT_REVERSIBLE = frozenset({"0", "R000001"}), frozenset({"1", "R000002"})


def read(kind: NoticeKind, body: bytes) -> Notice:
    """What the webhook claims. Never raises: what cannot be read says so."""
    try:
        told = json.loads(body)
        if kind == NoticeKind.C2B:
            return _by_menu(told)
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


def _by_menu(told: Any) -> Notice:
    receipt, amount_minor = _text(told.get("TransID")), shillings_as_minor(told.get("TransAmount"))
    if not receipt or amount_minor is None:
        return _UNREADABLE
    return Notice(
        rail_id=receipt[:40],
        receipt=receipt[:40],
        code="0",
        text=_text(told.get("TransactionType")),
        amount_minor=amount_minor,
        reference=_text(told.get("BillRefNumber"))[:40],
        payee=_text(told.get("BusinessShortCode")),
    )


def _result(told: Any, kind: NoticeKind) -> Notice:
    result = told["Result"]
    code = _text(result.get("ResultCode"))
    if not code:
        return _UNREADABLE
    items = _named((result.get("ResultParameters") or {}).get("ResultParameter"), "Key")
    if kind == NoticeKind.REFUND_STATE and "TransactionStatus" not in items:
        return _told_again(result, code)
    if kind in _ANSWERS:
        return Notice(
            rail_id=_text(items.get("ConversationID")),
            other_id=_text(items.get("OriginatorConversationID")),
            code=code,
            text=_text(items.get("TransactionReason") or result.get("ResultDesc")),
            receipt=_text(items.get("ReceiptNo")),
            amount_minor=shillings_as_minor(items.get("Amount")),
            found=_found(code, _text(items.get("TransactionStatus"))),
            payer=_text(items.get("DebitPartyName")),
            payee=_text(items.get("CreditPartyName")),
        )
    return Notice(
        rail_id=_text(result.get("ConversationID")),
        other_id=_text(result.get("OriginatorConversationID")),
        # A queue time-out says nothing about the money.
        code="" if kind in (NoticeKind.PAYOUT_LATE, NoticeKind.REFUND_LATE) else code,
        text=_text(result.get("ResultDesc")),
        receipt=_text(items.get("TransactionReceipt") or result.get("TransactionID")) if code == "0" else "",
        amount_minor=shillings_as_minor(items.get("TransactionAmount")),
    )


def _told_again(result: Any, code: str) -> Notice:
    """What came of telling a reversal again: done now, done before, or not to be done at all."""
    found = Found.COMPLETED if code in _REVERSED else Found.FAILED if code in _NOT_REVERSIBLE else Found.UNCLEAR
    return Notice(code=code, text=_text(result.get("ResultDesc")), found=found)


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
