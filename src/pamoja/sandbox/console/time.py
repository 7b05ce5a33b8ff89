"""The clock, turned by buttons."""

import calendar
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pamoja.sandbox.answers import BadInput
from pamoja.sandbox.api import turn
from pamoja.sandbox.clock import NAIROBI, read_iso
from pamoja.sandbox.console.frame import back, form_of, page
from pamoja.sandbox.world import world_of

COMING_UP = {
    "prompt.expire": "A prompt closes",
    "prompt.answer": "A phone answers by itself",
    "prompt.reveal": "A late success is told",
    "callback.send": "A callback goes out",
    "callback.release": "A held callback goes out",
    "command.carry_out": "A command is carried out",
    "message.sent": "A message goes out",
    "message.fetch": "Media are fetched",
    "message.delivered": "A message arrives",
    "message.read": "A message is read",
    "message.expire": "A message expires",
    "phone.reachable": "A phone is on again",
    "stripe.funds_available": "Funds become available",
    "stripe.debit_ends": "A bank debit ends",
    "stripe.aftermath": "A cardholder thinks again",
    "stripe.dispute_due": "Evidence is due",
    "stripe.dispute_decided": "A dispute is decided",
    "stripe.refund_ends": "A refund ends",
    "stripe.checkout_expires": "A Checkout page expires",
    "stripe.authorization_ends": "An authorization runs out",
    "stripe.subscription_turns": "A subscription renews or ends",
    "stripe.invoice_finalizes": "An invoice is finalized",
    "stripe.invoice_retries": "An invoice is tried again",
    "stripe.payout_moves": "A payout moves on",
    "stripe.trial_ends_soon": "A trial ends soon",
    "stripe.invoice_comes": "An invoice is announced",
    "stripe.subscription_expires": "An unpaid subscription expires",
}
"""What each kind of thing on the agenda is called."""
STEPS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}


async def show_time(request: Request) -> Response:
    world = world_of(request)
    coming = world.store.all(
        """SELECT due_at, kind FROM agenda
           WHERE kind <> 'prompt.expire' OR EXISTS (
             SELECT 1 FROM prompt WHERE id = json_extract(payload, '$.prompt_id') AND answered_at IS NULL)
           ORDER BY due_at, agenda.id LIMIT 10"""
    )
    return page(
        request, "time.html", coming=coming, coming_up=COMING_UP, offset=timedelta(seconds=round(world.clock.offset_s))
    )


async def turn_time(request: Request) -> Response:
    form, world = await form_of(request), world_of(request)
    turn(world, _wish(form, world.clock.now()))
    return back(request, "/" if form.get("back") == "/" else "/time")


def _wish(form: dict[str, str], now: datetime) -> dict[str, Any]:
    by = form.get("by")
    if by in STEPS:
        return {"advance_s": STEPS[by].total_seconds()}
    if by == "month":
        return {"now": _a_month_after(now).isoformat()}
    if by == "real":
        return {"real": True}
    if by == "to":
        moment = read_iso(form.get("now"), field="now").replace(tzinfo=NAIROBI)
        return {"now": moment.isoformat()}
    raise BadInput("Choose how to turn the clock.", field="by")


def _a_month_after(now: datetime) -> datetime:
    """The same day of the next month in Nairobi, or its last day where it is shorter."""
    local = now.astimezone(NAIROBI)
    year, month = (local.year + 1, 1) if local.month == 12 else (local.year, local.month + 1)
    return local.replace(year=year, month=month, day=min(local.day, calendar.monthrange(year, month)[1]))
