"""Members are told what becomes of money that came back, is questioned or could not be sent; staff of a month's end."""

from __future__ import annotations

from calendar import monthrange
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from pamoja.foundation import clock, ids
from pamoja.foundation.events import on
from pamoja.kernel.messaging.public import page_url, send, send_to_each
from pamoja.kernel.payments import events
from pamoja.kernel.payments.actions.reviewing import MANAGE
from pamoja.kernel.payments.events import payees
from pamoja.kernel.payments.events.community import MonthReported
from pamoja.kernel.payments.models import Dispute, Refund
from pamoja.kernel.payments.queries.exporting import way_of
from pamoja.kernel.payments.queries.history import titles_of
from pamoja.kernel.payments.queries.safety import staff_with
from pamoja.kernel.payments.rules.limits import WITHDRAWAL


@on(events.RefundRequested)
def _tell_begun(event: events.RefundRequested) -> None:
    _tell_of_refund("refund_begun", event, {"reason": event.reason})


@on(events.RefundSucceeded)
def _tell_arrived(event: events.RefundSucceeded) -> None:
    _tell_of_refund("refund_arrived", event, {})


@on(events.RefundFailed)
def _tell_failed(event: events.RefundFailed) -> None:
    _tell_of_refund("refund_failed", event, {})


@on(events.DisputeOpened)
def _tell_questioned(event: events.DisputeOpened) -> None:
    _tell_of_dispute("dispute_opened", event)


@on(events.DisputeWon)
def _tell_won(event: events.DisputeWon) -> None:
    _tell_of_dispute("dispute_won", event)


@on(events.DisputeLost)
def _tell_lost(event: events.DisputeLost) -> None:
    _tell_of_dispute("dispute_lost", event)


@on(events.MethodExpires)
def _tell_of_expiry(event: events.MethodExpires) -> None:
    data = {"what": event.what, "ends_on": event.ends_on, "url": page_url("payments:methods")}
    _send(event.member_id, "card_expires", data, f"method:{event.method_id}:expires:{event.ends_on.isoformat()}")


@on(events.MethodFailed)
def _tell_of_method(event: events.MethodFailed) -> None:
    data = {"what": event.what, "reason": event.reason, "url": page_url("payments:methods")}
    _send(event.member_id, "method_failed", data, f"method:{event.method_id}:failed")


@on(events.PayoutFailed)
def _tell_not_sent(event: events.PayoutFailed) -> None:
    # What others pay out they speak of themselves.
    if event.purpose == WITHDRAWAL:
        url = page_url("payments:payment", ids.public("payout", event.payout_id))
        data = {"amount": event.amount, "reason": event.reason, "url": url}
        _send(event.member_id, "withdrawal_failed", data, f"payout:{event.payout_id}:failed")


@on(payees.PayoutCameBack)
def _tell_came_back(event: payees.PayoutCameBack) -> None:
    if event.purpose != WITHDRAWAL:
        return
    data = {
        "amount": event.amount,
        "reason": event.reason,
        "url": page_url("payments:payment", ids.public("payout", event.payout_id)),
    }
    _send(event.member_id, "payout_came_back", data, f"payout:{event.payout_id}:came_back")


@on(payees.PayeeWantsMore)
def _tell_what_is_missing(event: payees.PayeeWantsMore) -> None:
    data = {"missing": event.missing, "due_at": event.due_at, "url": _page_of_method(event)}
    key = f"method:{event.method_id}:wants:{event.due_at or clock.now():%Y%m%d%H%M}"
    _send(event.member_id, "payee_wants_more", data, key)


@on(payees.PayeeBankChanged)
def _tell_of_other_bank(event: payees.PayeeBankChanged) -> None:
    key = f"method:{event.method_id}:bank:{clock.now().isoformat()}"
    _send(event.member_id, "payee_bank_changed", {"url": _page_of_method(event)}, key)


@on(MonthReported)
def _tell_staff(event: MonthReported) -> None:
    last = event.month_on.replace(day=monthrange(event.month_on.year, event.month_on.month)[1])
    days = urlencode({"since": event.month_on.isoformat(), "until": last.isoformat(), "step": "week"})
    data = {
        "month_on": event.month_on,
        "amount": event.amount,
        "arrived_number": event.arrived,
        "url": f"{page_url('payments:reports')}?{days}",
    }
    send_to_each(
        member_ids=staff_with(MANAGE),
        template="payments/month_reported",
        data=data,
        dedupe_key=f"payments.report:{event.month_on.isoformat()}",
    )


def _page_of_method(event: events.MethodEvent) -> str:
    return page_url("payments:method", ids.public("method", event.method_id))


def _tell_of_refund(name: str, event: events.RefundEvent, more: dict[str, Any]) -> None:
    refund = Refund.objects.select_related("attempt__collection__method").get(pk=event.refund_id)
    collection = refund.attempt.collection
    data = {
        "amount": event.amount,
        "title": titles_of([collection.purpose])[collection.purpose],
        "way": way_of(collection),
        "url": page_url("payments:payment", collection.public_id),
    }
    _send(event.member_id, name, data | more, f"refund:{event.refund_id}:{name}")


def _tell_of_dispute(name: str, event: events.DisputeEvent) -> None:
    collection = Dispute.objects.select_related("attempt__collection").get(pk=event.dispute_id).attempt.collection
    data = {
        "amount": event.amount,
        "title": titles_of([collection.purpose])[collection.purpose],
        "url": page_url("payments:payment", collection.public_id),
    }
    _send(event.member_id, name, data, f"dispute:{event.dispute_id}:{name}")


def _send(member_id: UUID, name: str, data: dict[str, Any], key: str) -> None:
    send(member_id=member_id, template=f"payments/{name}", data=data, dedupe_key=f"payments.{key}"[:200])
