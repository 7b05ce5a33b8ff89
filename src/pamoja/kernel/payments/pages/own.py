"""A member's own payments: all of them, and one with its receipt."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from pamoja.foundation import ids
from pamoja.foundation.errors import Refusal
from pamoja.foundation.paging import page_of
from pamoja.kernel.identity.public import MemberRequest, needs_member, time_zone_of
from pamoja.kernel.ledger.public import described
from pamoja.kernel.payments.actions.reviewing import MANAGE
from pamoja.kernel.payments.actions.wallet import try_own_payment_again
from pamoja.kernel.payments.forms import PaymentFilter
from pamoja.kernel.payments.models import Collection, Payout
from pamoja.kernel.payments.queries.history import member_payments, own_payment, receipt_of, standing_of
from pamoja.kernel.payments.queries.own import action_url_of, transfer_of
from pamoja.kernel.payments.queries.wallet import day_begins
from pamoja.kernel.payments.rules import rails
from pamoja.kernel.payments.rules.mpesa import description_of, masked
from pamoja.kernel.payments.rules.states import CollectionState, PayoutState

_MOVING = (
    CollectionState.INTENDED,
    CollectionState.SUBMITTED,
    PayoutState.REQUESTED,
    PayoutState.SENT,
    PayoutState.ACCEPTED,
)


@needs_member
@require_safe
def payments(request: MemberRequest) -> HttpResponse:
    """All payments of the member, newest first, filtered."""
    form = PaymentFilter(request.GET or None)
    form.is_valid()
    wanted, zone = form.cleaned_data if form.is_bound else {}, time_zone_of(request.member.pk)
    found = member_payments(
        request.member.pk,
        kind=wanted.get("kind") or None,
        standing=wanted.get("state") or None,
        since=day_begins(wanted.get("since"), zone),
        until=day_begins(wanted.get("until"), zone, after=True),
    )
    shown = page_of(found, request.GET.get("page", 1))
    context = {
        "form": form,
        "page": shown,
        "is_filtered": any(wanted.values()),
        "can_manage": request.actor.may(MANAGE),
    }
    name = "payments/_payments.html" if request.headers.get("HX-Target") == "results" else "payments/payments.html"
    return render(request, name, context)


@needs_member
@require_safe
def payment(request: MemberRequest, public_id: str) -> HttpResponse:
    """One payment: how it stands, and its receipt. It follows by itself while something is happening."""
    found = own_payment(request.member.pk, public_id)
    is_in = isinstance(found, Collection)
    about = described([found.purpose]).get(found.purpose)
    context = {
        "payment": found,
        "is_in": is_in,
        "about": about,
        "title": about.words if about else description_of(found.purpose),
        "standing": standing_of("in" if is_in else "out", found.state),
        "is_moving": found.state in _MOVING,
        "waits": found.state == CollectionState.FAILED and is_in,
        "receipt": receipt_of(found) if isinstance(found, Collection) else found.receipt or "",
        "way": _way(found),
        "action_url": action_url_of(found) if isinstance(found, Collection) else "",
        "transfer": transfer_of(found) if isinstance(found, Collection) else None,
    }
    name = "payments/_payment.html" if request.headers.get("HX-Target") == "payment" else "payments/payment.html"
    return render(request, name, context)


def _way(payment: Collection | Payout) -> str:
    """From where or to where, without a number."""
    if payment.method is not None:
        return str(payment.method.described)
    return f"M-PESA {masked(str(payment.phone))}" if payment.rail == "mpesa" else rails.FACTS[payment.rail].title


@needs_member
@require_POST
def retry(request: MemberRequest, public_id: str) -> HttpResponse:
    """Ask the member's phone again now."""
    try:
        try_own_payment_again(by=request.actor, collection_id=ids.parse("collection", public_id))
    except Refusal as refusal:
        if refusal.kind == "not_found":
            raise
        messages.error(request, refusal.sentence)
    return redirect("payments:payment", public_id=public_id)
