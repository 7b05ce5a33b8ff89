"""Tell members kindly what waits and what became of it, never by which rule; and count it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pamoja.foundation import ids
from pamoja.foundation.actions import current_actor
from pamoja.foundation.events import on
from pamoja.kernel.messaging.public import page_url, send, send_to_each
from pamoja.kernel.payments.actions.approving import APPROVE
from pamoja.kernel.payments.actions.freezing import GUARD
from pamoja.kernel.payments.events import safety as events
from pamoja.kernel.payments.jobs import safety as _jobs  # noqa: F401 - its sweep registers itself
from pamoja.kernel.payments.models import Freeze, Payout
from pamoja.kernel.payments.queries.safety import staff_with
from pamoja.kernel.payments.reactions import PAYMENTS


@on(events.PayoutHeldBack)
def _tell_held_back(event: events.PayoutHeldBack) -> None:
    PAYMENTS.labels("payout_held_back").inc()
    _tell_of_payout("payout_checked", event.payout_id, event.member_id)


@on(events.MoneyFrozen)
def _tell_frozen(event: events.MoneyFrozen) -> None:
    PAYMENTS.labels("money_frozen").inc()
    # What a rule froze begins with a payout, of which the member is told already.
    if Freeze.objects.filter(pk=event.freeze_id, rule="", payout__isnull=True).exists():
        _tell("money_checked", event.member_id, f"freeze:{event.freeze_id}", {})


@on(events.MoneyFreed)
def _tell_freed(event: events.MoneyFreed) -> None:
    _tell("money_freed", event.member_id, f"freed:{event.freeze_id}", {})


@on(events.WalletAdjusted)
def _tell_adjusted(event: events.WalletAdjusted) -> None:
    more = {"change": event.change, "reason": event.reason}
    _tell("wallet_adjusted", event.member_id, f"adjusted:{event.approval_id}", more)


@on(events.FreezeBegan)
def _ask_staff_to_look(event: events.FreezeBegan) -> None:
    if event.rule:
        url = page_url("payments:freeze", ids.public("freeze", event.freeze_id))
        _ask_staff(GUARD, f"freeze:{event.freeze_id}", event.member_id, {"url": url, "needs": "look"})


@on(events.ApprovalAsked)
def _ask_for_a_second_person(event: events.ApprovalAsked) -> None:
    url = page_url("payments:approval", ids.public("approval", event.approval_id))
    data = {"url": url, "needs": "approve", "amount": event.amount}
    _ask_staff(APPROVE, f"approval:{event.approval_id}", event.member_id, data)


def _ask_staff(permission: str, key: str, about: UUID, data: dict[str, Any]) -> None:
    """All who may decide, but neither who asked nor whose money it is."""
    asked = [each for each in staff_with(permission) if each not in (about, current_actor().member_id)]
    send_to_each(member_ids=asked, template="payments/staff_needed", data=data, dedupe_key=f"payments.{key}")


def _tell_of_payout(name: str, payout_id: UUID, member_id: UUID) -> None:
    payout = Payout.objects.get(pk=payout_id)
    url = page_url("payments:payment", payout.public_id)
    _tell(name, member_id, f"{name}:{payout_id}", {"amount": payout.amount, "url": url})


def _tell(name: str, member_id: UUID, key: str, more: dict[str, Any]) -> None:
    data = {"url": page_url("payments:wallet")} | more
    send(member_id=member_id, template=f"payments/{name}", data=data, dedupe_key=f"payments.{key}"[:200])
