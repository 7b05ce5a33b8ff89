"""Reads Stripe's signed events: what each is about. What it says of it is not believed, but asked for."""

from __future__ import annotations

import json
from typing import Any

from pamoja.kernel.payments.providers.stripe_objects import text
from pamoja.kernel.payments.rules.messages import Notice

_UNREADABLE = Notice(is_readable=False)


def read(body: bytes) -> Notice:
    """The object that the event is about (`rail_id`), the event's type, and what it belongs to (`other_id`): a payment,
    a way to pay, the payout of a transfer, the account of a member.
    """
    try:
        event = json.loads(body)
        found: dict[str, Any] = event["data"]["object"]
        return Notice(
            rail_id=text(found.get("id")),
            other_id=_named(found.get("payment_intent"))
            or _named(found.get("payment_method"))
            or text(found.get("transfer_group"))
            or text(event.get("account")),
            code=text(event["type"])[:40],
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return _UNREADABLE


def _named(value: Any) -> str:
    return text(value.get("id")) if isinstance(value, dict) else text(value)
