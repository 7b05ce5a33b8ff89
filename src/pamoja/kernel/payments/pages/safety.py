"""What staff decide about: freezes, and what needs a second person. Each is seen and done by permission alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from pamoja.foundation import ids
from pamoja.foundation.actions import Actor, NotAllowed
from pamoja.foundation.errors import Refusal
from pamoja.foundation.paging import page_of
from pamoja.kernel.audit.public import feed
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import (
    MemberCard,
    MemberRequest,
    card_of,
    cards_of,
    member_with_id,
    members_named,
    needs_member,
    needs_recent_sign_in,
    require,
)
from pamoja.kernel.payments.actions.approving import ADJUST, APPROVE, approve, decline, request_adjustment
from pamoja.kernel.payments.actions.freezing import GUARD, freeze_member, freeze_payout, lift_freeze
from pamoja.kernel.payments.actions.limiting import SET_LIMITS, set_tier
from pamoja.kernel.payments.forms.safety import AdjustmentForm, DecisionForm, LiftForm, ReasonForm, TierForm
from pamoja.kernel.payments.models import Freeze
from pamoja.kernel.payments.pages.wallet import money_sign
from pamoja.kernel.payments.queries import freezes as found
from pamoja.kernel.payments.queries.history import titles_of
from pamoja.kernel.payments.queries.limits import room, tier_of, tiers_of, verified_among
from pamoja.kernel.payments.queries.payouts import payout as payout_with_id
from pamoja.kernel.payments.queries.safety import doors, facts_in_words
from pamoja.kernel.payments.queries.wallet import wallet_balance
from pamoja.kernel.payments.rules.limits import TIER_WORDS, Direction, Tier
from pamoja.kernel.payments.rules.safeguards import ADJUSTED_AGAINST

STAFF = (GUARD, APPROVE, ADJUST, SET_LIMITS)


class _OfMember(Protocol):
    member_id: UUID


Row = TypeVar("Row", bound=_OfMember)


@needs_member
@require_safe
def freezes(request: MemberRequest) -> HttpResponse:
    """What is frozen, the longest first; or what somebody lifted."""
    require(request.actor, GUARD)
    is_past = request.GET.get("show") == "lifted"
    page = page_of(found.lifted_freezes() if is_past else found.open_freezes(), request.GET.get("page", 1))
    context = {"page": page, "lines": _with_cards(page.items), "is_past": is_past, **doors(request.actor, "freezes")}
    return render(request, "payments/freezes.html", context)


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def freeze(request: MemberRequest, public_id: str) -> HttpResponse:
    """One freeze: by whom or which rule, what the rule saw, what waits, what happened; and the decision."""
    require(request.actor, GUARD)
    shown = found.freeze_with(ids.parse("freeze", public_id))
    form = LiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            lift_freeze(by=request.actor, freeze_id=shown.pk, **form.cleaned_data)
            messages.success(request, "Thank you. It is lifted, and on record.")
            return redirect("payments:freezes")
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
    status = 422 if form.is_bound else 200
    return render(
        request,
        "payments/freeze.html",
        {**_about(shown), "form": form, **doors(request.actor, "freezes")},
        status=status,
    )


@needs_member
@require_safe
def approvals(request: MemberRequest) -> HttpResponse:
    """What waits for a second person, the soonest to run out first; or what was decided."""
    _require_one_of(request.actor, APPROVE, ADJUST)
    is_past = request.GET.get("show") == "decided"
    rows = found.decided_approvals() if is_past else found.waiting_approvals()
    page = page_of(rows, request.GET.get("page", 1))
    context = {"page": page, "lines": _with_cards(page.items), "is_past": is_past, **doors(request.actor, "approvals")}
    return render(request, "payments/approvals.html", context)


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def approval(request: MemberRequest, public_id: str) -> HttpResponse:
    """One thing that two people decide, with its reason and evidence; the second decides here."""
    _require_one_of(request.actor, APPROVE, ADJUST)
    shown = found.approval_with(ids.parse("approval", public_id))
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        is_yes = form.cleaned_data["decision"] == "approve"
        try:
            decide = approve if is_yes else decline
            decide(by=request.actor, approval_id=shown.pk, reason=form.cleaned_data["reason"])
            messages.success(request, "It is approved, and on record." if is_yes else "It is declined, and on record.")
            return redirect("payments:approvals")
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
    people = cards_of({each for each in (shown.member_id, shown.requested_by_id, shown.decided_by_id) if each})
    context = {
        "approval": shown,
        "card": people[shown.member_id],
        "requested_by": people.get(shown.requested_by_id) if shown.requested_by_id else None,
        "decided_by": people.get(shown.decided_by_id) if shown.decided_by_id else None,
        "what_for": titles_of([shown.payout.purpose])[shown.payout.purpose] if shown.payout else "",
        "account": ADJUSTED_AGAINST.get(shown.account, ""),
        "wallet": wallet_balance(shown.member_id, shown.currency),
        "why_not": _why_not(request.actor, shown.member_id, shown.requested_by_id),
        "log": feed(f"approval:{shown.pk}"),
        "form": form,
        **doors(request.actor, "approvals"),
    }
    return render(request, "payments/approval.html", context, status=422 if form.is_bound else 200)


@needs_member
@require_safe
def standings(request: MemberRequest) -> HttpResponse:
    """Find a member: to say how well they are known, to freeze, to correct their wallet."""
    _require_one_of(request.actor, GUARD, ADJUST)
    text = request.GET.get("q", "").strip()[:80]
    page = page_of(members_named(text), request.GET.get("page", 1))
    verified = verified_among([each.pk for each in page.items])
    lines = [(card_of(each), each.pk in verified) for each in page.items]
    return render(
        request, "payments/standings.html", {"page": page, "lines": lines, "q": text, **doors(request.actor, "limits")}
    )


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def standing(request: MemberRequest, public_id: str) -> HttpResponse:
    """One member's money: how well they are known and since when, what is left of their limits, what is frozen."""
    _require_one_of(request.actor, GUARD, ADJUST)
    member = member_with_id(ids.parse("member", public_id))
    is_tier = request.POST.get("do") == "tier"
    tier_form = TierForm(request.POST if is_tier else None)
    freeze_form = ReasonForm(request.POST if request.POST and not is_tier else None)
    form = tier_form if is_tier else freeze_form
    if request.method == "POST" and form.is_valid():
        try:
            if is_tier:
                set_tier(by=request.actor, member_id=member.pk, **form.cleaned_data)
                messages.success(request, "Noted, and on record.")
            else:
                freeze_member(by=request.actor, member_id=member.pk, **form.cleaned_data)
                messages.success(request, "Nothing leaves this wallet now. The member is told.")
            return redirect("payments:standing", public_id=public_id)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
    setters = tiers_of(member.pk)[:20]
    names = cards_of({each.set_by_id for each in setters})
    context = {
        "card": card_of(member),
        "member": member,
        "is_self": member.pk == request.member.pk,
        "tier": TIER_WORDS[tier_of(member.pk)],
        "history": [(each, TIER_WORDS[Tier(each.tier)], names.get(each.set_by_id)) for each in setters],
        "rooms": [room(member.pk, direction) for direction in reversed(Direction)],
        "wallet": wallet_balance(member.pk, current_community().currency),
        "frozen": found.is_frozen(member.pk),
        "freezes": found.freezes_of(member.pk)[:10],
        "approvals": found.approvals_of(member.pk)[:10],
        "waiting": found.payouts_waiting(member.pk),
        "not_sent": found.payouts_requested(member.pk),
        "tier_form": tier_form,
        "freeze_form": freeze_form,
        **doors(request.actor, "limits"),
    }
    return render(request, "payments/standing.html", context, status=422 if form.is_bound else 200)


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def hold_payout(request: MemberRequest, public_id: str) -> HttpResponse:
    """Freeze one payout by hand, before it leaves."""
    require(request.actor, GUARD)
    payout = payout_with_id(ids.parse("payout", public_id))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = freeze_payout(by=request.actor, payout_id=payout.pk, **form.cleaned_data)
            messages.success(request, "It waits now. The member is told.")
            return redirect("payments:freeze", public_id=made.public_id)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
    context = {"payout": payout, "card": card_of(member_with_id(payout.member_id)), "form": form}
    context |= doors(request.actor, "limits")
    return render(request, "payments/hold_payout.html", context, status=422 if form.is_bound else 200)


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def adjust(request: MemberRequest, public_id: str) -> HttpResponse:
    """Ask that a wallet be corrected; somebody else decides."""
    require(request.actor, ADJUST)
    member, currency = member_with_id(ids.parse("member", public_id)), current_community().currency
    form = AdjustmentForm(request.POST or None, currency=currency)
    if request.method == "POST" and form.is_valid():
        try:
            made = request_adjustment(
                by=request.actor,
                member_id=member.pk,
                **{**form.cleaned_data, "direction": Direction(form.cleaned_data["direction"])},
            )
            messages.success(request, "Somebody else is to approve it now.")
            return redirect("payments:approval", public_id=made.public_id)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
    context = {
        "card": card_of(member),
        "wallet": wallet_balance(member.pk, currency),
        "sign": money_sign(currency),
        "is_self": member.pk == request.member.pk,
        "form": form,
        **doors(request.actor, "limits"),
    }
    return render(request, "payments/adjust.html", context, status=422 if form.is_bound else 200)


def _about(shown: Freeze) -> dict[str, Any]:
    people = cards_of({each for each in (shown.member_id, shown.frozen_by_id, shown.lifted_by_id) if each})
    waiting = found.payouts_waiting(shown.member_id)
    return {
        "freeze": shown,
        "card": people[shown.member_id],
        "frozen_by": people.get(shown.frozen_by_id) if shown.frozen_by_id else None,
        "lifted_by": people.get(shown.lifted_by_id) if shown.lifted_by_id else None,
        "facts": facts_in_words(shown),
        "waiting": waiting.filter(pk=shown.payout_id) if shown.payout_id else waiting,
        "log": feed(f"freeze:{shown.pk}"),
    }


def _with_cards(rows: Iterable[Row]) -> list[tuple[Row, MemberCard | None]]:
    known = list(rows)
    cards = cards_of({each.member_id for each in known})
    return [(each, cards.get(each.member_id)) for each in known]


def _why_not(actor: Actor, member_id: UUID, requested_by_id: UUID | None) -> str:
    """Why this person cannot be the second one; empty when they can."""
    if not actor.may(APPROVE):
        return "Somebody with the permission to approve decides this."
    if actor.member_id == member_id:
        return "This is about your own money, so somebody else decides it."
    if actor.member_id == requested_by_id:
        return "You asked for this, so somebody else decides it."
    return ""


def _require_one_of(actor: Actor, *permissions: str) -> None:
    if not any(actor.may(each) for each in permissions):
        raise NotAllowed(permission=permissions[0])
