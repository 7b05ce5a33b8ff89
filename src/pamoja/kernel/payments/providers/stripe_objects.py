"""Reads Stripe's objects into our own words. Source: contract Stripe §4."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pamoja.foundation.money import Money
from pamoja.kernel.payments.rules.messages import (
    CollectionAnswer,
    DisputeAnswer,
    Listed,
    MethodState,
    OnwardAnswer,
    RefundAnswer,
)
from pamoja.kernel.payments.rules.payees import PayeeSaid

_BROKEN = "payment_failed"
_ONWARD_STATES = {"paid": "paid", "failed": "failed", "canceled": "failed"}
_REFUND_STATES = {"succeeded": "succeeded", "failed": "failed", "canceled": "failed"}


def answer_of(intent: dict[str, Any]) -> CollectionAnswer:
    """How a PaymentIntent stands. One whose last attempt failed says so by that failure's code."""
    status, error = text(intent.get("status")), intent.get("last_payment_error")
    code = status
    if status == "requires_payment_method" and isinstance(error, dict):
        code = _code_of(error)
    return CollectionAnswer(
        rail_id=text(intent.get("id")),
        code=code or None,
        text=text((error or {}).get("message")) if isinstance(error, dict) else "",
        receipt=_id(intent.get("latest_charge")) if status == "succeeded" else "",
        amount_minor=_whole(intent.get("amount_received")) if status == "succeeded" else None,
        action_url=_action_url(intent) if status == "requires_action" else "",
    )


def declined_answer(error: dict[str, Any]) -> CollectionAnswer:
    """What a refusal with HTTP 402 says of the PaymentIntent that it belongs to."""
    intent = error.get("payment_intent")
    return CollectionAnswer(
        rail_id=_id(intent) or text(error.get("charge")), code=_code_of(error), text=text(error.get("message"))
    )


def method_of(found: dict[str, Any], *, mandate_id: str = "") -> MethodState:
    """A saved card or Direct Debit: what tells it apart, and no number."""
    kind = text(found.get("type"))
    details = found.get(kind)
    said: dict[str, Any] = details if isinstance(details, dict) else {}
    return MethodState(
        is_usable=bool(found.get("id")),
        rail_id=text(found.get("id")),
        mandate_id=mandate_id,
        brand=text(said.get("display_brand") or said.get("brand"))[:30],
        last4=text(said.get("last4"))[:4],
        expires_month=_whole(said.get("exp_month")),
        expires_year=_whole(said.get("exp_year")),
        fingerprint=text(said.get("fingerprint"))[:64],
    )


def refund_of(refund: dict[str, Any]) -> RefundAnswer:
    """A refund: succeeded, pending or failed."""
    return RefundAnswer(
        rail_id=text(refund.get("id")),
        state=_REFUND_STATES.get(text(refund.get("status")), "pending"),
        reason=text(refund.get("failure_reason")),
    )


def dispute_of(found: dict[str, Any]) -> DisputeAnswer:
    """A dispute, and what is out of our balance for it."""
    rows = [row for row in found.get("balance_transactions") or [] if isinstance(row, dict)]
    due = (found.get("evidence_details") or {}).get("due_by")
    return DisputeAnswer(
        rail_id=text(found.get("id")),
        payment_id=_id(found.get("payment_intent")),
        receipt=_id(found.get("charge")),
        state=text(found.get("status")),
        reason=text(found.get("reason")) or "general",
        amount=Money(int(found["amount"]), str(found["currency"]).upper()),
        withdrawn_minor=-sum(_whole(row.get("amount")) or 0 for row in rows),
        fee_minor=sum(_whole(row.get("fee")) or 0 for row in rows),
        due_at=_moment(due),
        is_fightable=text((found.get("payment_method_details") or {}).get("type")) != "bacs_debit",
    )


def payee_of(account: dict[str, Any]) -> PayeeSaid:
    """A connected account: what of it decides whether its holder can be paid. Bank details stay there."""
    wants: dict[str, Any] = account.get("requirements") or {}
    missing = [*(wants.get("past_due") or []), *(wants.get("currently_due") or [])]
    banks = (account.get("external_accounts") or {}).get("data") or []
    bank: dict[str, Any] = next((each for each in banks if each.get("default_for_currency")), banks[0] if banks else {})
    return PayeeSaid(
        rail_id=text(account.get("id")),
        is_submitted=bool(account.get("details_submitted")),
        takes_transfers=text((account.get("capabilities") or {}).get("transfers")),
        is_paid_out=bool(account.get("payouts_enabled")),
        missing=tuple(dict.fromkeys(text(each)[:120] for each in missing))[:30],
        is_checked=bool(wants.get("pending_verification")),
        disabled_reason=text(wants.get("disabled_reason")),
        due_at=_moment(wants.get("current_deadline")),
        bank_id=text(bank.get("id"))[:100],
        fingerprint=text(bank.get("fingerprint"))[:64],
        is_gone=bool(account.get("deleted")),
    )


def onward_of(payout: dict[str, Any]) -> OnwardAnswer:
    """A payout of a connected account to its bank."""
    status = text(payout.get("status"))
    return OnwardAnswer(
        rail_id=text(payout.get("id")),
        state=_ONWARD_STATES.get(status, "moving"),
        code=text(payout.get("failure_code"))[:60] or ("canceled" if status == "canceled" else ""),
        expected_at=_moment(payout.get("arrival_date")),
    )


def listed_of(row: dict[str, Any]) -> Listed:
    """One line of Stripe's balance. `amount_minor` is before fees."""
    source = row.get("source")
    said: dict[str, Any] = source if isinstance(source, dict) else {}
    return Listed(
        rail_id=text(row.get("id")),
        kind=text(row.get("type")),
        subject_id=_id(source) if not said else text(said.get("id")),
        amount_minor=_whole(row.get("amount")) or 0,
        fee_minor=_whole(row.get("fee")) or 0,
        currency=text(row.get("currency")).upper(),
        at=datetime.fromtimestamp(_whole(row.get("created")) or 0, UTC),
        payment_id=_id(said.get("payment_intent")),
        community=text((said.get("metadata") or {}).get("community")),
    )


def text(value: Any) -> str:
    """What is a string, without what a database cannot hold; all else is nothing."""
    return value.replace("\0", "")[:600] if isinstance(value, str) else ""


def _code_of(error: dict[str, Any]) -> str:
    code, why = text(error.get("code")), text(error.get("decline_code"))
    return why if why and code in ("card_declined", "") else code or _BROKEN


def _action_url(intent: dict[str, Any]) -> str:
    action = intent.get("next_action") or {}
    return text((action.get("redirect_to_url") or {}).get("url"))


def _id(value: Any) -> str:
    """An id, or the id of an object that was expanded."""
    return text(value.get("id")) if isinstance(value, dict) else text(value)


def _moment(value: Any) -> datetime | None:
    seconds = _whole(value)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
