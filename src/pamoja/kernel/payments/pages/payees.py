"""Being paid by Stripe: a member goes to its page and comes back; staff take back what has not reached a bank."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pamoja.foundation import ids
from pamoja.foundation.errors import Refusal
from pamoja.kernel.identity.public import MemberRequest, cards_of, needs_member, needs_recent_sign_in, require
from pamoja.kernel.payments.actions.onward import take_payout_back
from pamoja.kernel.payments.actions.reviewing import MANAGE
from pamoja.kernel.payments.forms.safety import ReasonForm
from pamoja.kernel.payments.providers.visiting import begin_payee_visit
from pamoja.kernel.payments.queries.methods import own_method
from pamoja.kernel.payments.queries.payees import onward_of
from pamoja.kernel.payments.queries.payouts import payout as payout_with_id


@needs_member
@needs_recent_sign_in
@require_POST
def add_payee(request: MemberRequest) -> HttpResponse:
    """Send the member to Stripe's page, by a page of ours, to say who they are and where their bank is."""
    return _to_stripe(request)


@needs_member
@needs_recent_sign_in
@require_safe
def payee_again(request: MemberRequest, public_id: str) -> HttpResponse:
    """Where Stripe sends a member whose link is over: on with a new one. Nothing of ours is changed by it."""
    own_method(request.member.pk, public_id)
    return _to_stripe(request)


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def take_back(request: MemberRequest, public_id: str) -> HttpResponse:
    """Have a payout by Stripe back before it reaches the bank."""
    require(request.actor, MANAGE)
    payout = payout_with_id(ids.parse("payout", public_id))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            take_payout_back(by=request.actor, payout_id=payout.pk, **form.cleaned_data)
            messages.success(request, "Stripe is being told. What comes back goes into the member's wallet.")
            return redirect("payments:one", public_id=public_id)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
    context = {
        "payment": payout,
        "onward": onward_of(payout),
        "card": cards_of([payout.member_id]).get(payout.member_id),
        "form": form,
    }
    return render(request, "payments/take_back.html", context, status=422 if form.is_bound else 200)


def _to_stripe(request: MemberRequest) -> HttpResponse:
    try:
        return render(request, "payments/leaving.html", {"address": begin_payee_visit(by=request.actor).url})
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect("payments:methods")
