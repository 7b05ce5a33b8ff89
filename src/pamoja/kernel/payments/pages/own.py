"""One payment of a member: how it stands, and asking for it again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from pamoja.foundation import ids
from pamoja.foundation.errors import Refusal
from pamoja.kernel.identity.public import MemberRequest, needs_member
from pamoja.kernel.ledger.public import described
from pamoja.kernel.payments.actions.wallet import try_own_payment_again
from pamoja.kernel.payments.models import Collection
from pamoja.kernel.payments.queries.exporting import returned_of, way_of
from pamoja.kernel.payments.queries.history import own_payment, receipt_of, standing_of_payment
from pamoja.kernel.payments.queries.own import action_url_of, transfer_of
from pamoja.kernel.payments.queries.payees import onward_of
from pamoja.kernel.payments.rules.mpesa import description_of
from pamoja.kernel.payments.rules.rails import MPESA
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
def payment(request: MemberRequest, public_id: str) -> HttpResponse:
    """One payment: how it stands, and its receipt. It follows by itself while something is happening."""
    found = own_payment(request.member.pk, public_id)
    is_in = isinstance(found, Collection)
    standing = standing_of_payment(found)
    about = described([found.purpose]).get(found.purpose)
    context = {
        "payment": found,
        "is_in": is_in,
        "about": about,
        "title": about.words if about else description_of(found.purpose),
        "standing": standing,
        "is_moving": found.state in _MOVING,
        "is_done": standing == "done",
        "returned": returned_of(found) if isinstance(found, Collection) else None,
        "waits": found.state == CollectionState.FAILED and is_in,
        "receipt": receipt_of(found) if isinstance(found, Collection) else found.receipt or "",
        "way": way_of(found),
        "action_url": action_url_of(found) if isinstance(found, Collection) else "",
        # The provider sends them back with this; what they decided, we ask the provider.
        "is_back": "redirect_status" in request.GET,
        "onward": None if isinstance(found, Collection) else onward_of(found),
        "transfer": transfer_of(found) if isinstance(found, Collection) else None,
        "topic": f"payments:{request.member.pk}",
        "can_name_receipt": is_in and found.rail == MPESA and standing != "done",
    }
    name = "payments/_payment.html" if request.headers.get("HX-Target") == "payment" else "payments/payment.html"
    return render(request, name, context)


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
