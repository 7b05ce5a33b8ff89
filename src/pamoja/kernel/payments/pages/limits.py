"""Limits: a member's own with what is left of them, and those of the community, which staff edit."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from pamoja.foundation.actions import NotAllowed
from pamoja.foundation.errors import Refusal
from pamoja.kernel.audit.public import feed
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import MemberRequest, needs_member, needs_recent_sign_in, require
from pamoja.kernel.payments.actions.freezing import GUARD
from pamoja.kernel.payments.actions.limiting import SET_LIMITS, change_limits, change_safeguards
from pamoja.kernel.payments.errors.safety import LimitsNotFound
from pamoja.kernel.payments.events.safety import SAFETY
from pamoja.kernel.payments.forms.safety import LimitsForm, SafeguardsForm
from pamoja.kernel.payments.pages.wallet import money_sign
from pamoja.kernel.payments.queries import freezes
from pamoja.kernel.payments.queries.limits import chosen_safety, room, safeguards_of, table_of_limits
from pamoja.kernel.payments.queries.safety import doors
from pamoja.kernel.payments.rules.limits import TIER_WORDS, Direction, Tier, advice, allowed


@needs_member
@require_safe
def own_limits(request: MemberRequest) -> HttpResponse:
    """What the member may still send and fill, how to raise it, and whether money is being looked at."""
    rooms = [room(request.member.pk, direction) for direction in reversed(Direction)]
    context = {
        "rooms": rooms,
        "tier": TIER_WORDS[rooms[0].tier],
        "advice": advice(rooms[0].tier) if rooms[0].tier != Tier.VERIFIED else "",
        "is_frozen": freezes.is_frozen(request.member.pk),
        "waiting": freezes.payouts_waiting(request.member.pk),
    }
    return render(request, "payments/own_limits.html", context)


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def limits(request: MemberRequest) -> HttpResponse:
    """All tiers with their limits, and the community's safeguards."""
    actor, currency = request.actor, current_community().currency
    if not (actor.may(SET_LIMITS) or actor.may(GUARD)):
        raise NotAllowed(permission=SET_LIMITS)
    form = SafeguardsForm(request.POST or None, known=safeguards_of(currency), currency=currency)
    if request.method == "POST" and form.is_valid():
        try:
            change_safeguards(by=actor, **form.cleaned_data)
            messages.success(request, "Saved. It holds from now on.")
            return redirect("payments:limits")
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
    context = {
        "tiers": [(tier, TIER_WORDS[tier], table_of_limits(tier)) for tier in Tier],
        "form": form,
        "sign": money_sign(currency),
        "log": feed(SAFETY, limit=10),
        **doors(actor, "limits"),
    }
    return render(request, "payments/limits.html", context, status=422 if form.is_bound else 200)


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def tier_limits(request: MemberRequest, tier: str) -> HttpResponse:
    """The limits of one tier."""
    require(request.actor, SET_LIMITS)
    if tier not in set(Tier):
        raise LimitsNotFound()
    currency, chosen, wanted = current_community().currency, chosen_safety(), Tier(tier)
    known = {direction: allowed(chosen, wanted, direction, currency) for direction in Direction}
    form = LimitsForm(request.POST or None, allowed=known, currency=currency)
    if request.method == "POST" and form.is_valid():
        try:
            change_limits(by=request.actor, tier=wanted, limits=form.limits())
            messages.success(request, "Saved. It holds from now on.")
            return redirect("payments:limits")
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
    context = {"tier": TIER_WORDS[wanted], "form": form, "sign": money_sign(currency), **doors(request.actor, "limits")}
    return render(request, "payments/tier_limits.html", context, status=422 if form.is_bound else 200)
