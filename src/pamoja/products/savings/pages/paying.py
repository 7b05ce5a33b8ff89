"""Paying a contribution: from the wallet, or by a prompt on the phone that one waits for."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from pamoja.foundation.actions import IdempotencyKey
from pamoja.foundation.errors import Refusal
from pamoja.kernel.identity.public import MemberRequest, needs_member, needs_recent_sign_in
from pamoja.kernel.ledger.public import account_of, balance
from pamoja.kernel.payments.public import action_url_of, collection, ways_to_pay
from pamoja.products.savings.actions.collecting import pay_by_phone
from pamoja.products.savings.actions.contributing import forgive_arrears, pay_from_wallet
from pamoja.products.savings.errors import ContributionNotFound
from pamoja.products.savings.models import Contribution
from pamoja.products.savings.queries.evidence import contribution_seen_by


@needs_member
@needs_recent_sign_in
def pay(request: MemberRequest, contribution_id: UUID) -> HttpResponse:
    """How to pay, or how the payment stands: waiting for the phone, not gone through, or done."""
    contribution = _own(request, contribution_id)
    member_id = contribution.seat.member_id
    wallet = account_of(owner=f"member:{member_id}", purpose="wallet", currency=contribution.currency)
    available = balance(wallet).available if wallet else None
    state = _state(contribution)
    asked = collection(contribution.collection_id) if state == "waiting" and contribution.collection_id else None
    return render(
        request,
        "savings/pay.html",
        {
            "contribution": contribution,
            "circle": contribution.circle,
            "round": contribution.round,
            "state": state,
            "available": available,
            "has_enough": available is not None and available >= contribution.owed,
            "ways": ways_to_pay(member_id, contribution.currency) if state == "open" else [],
            "asked": asked,
            "action_url": action_url_of(asked) if asked else "",
            "key": uuid4(),
            "topic": f"circle:{contribution.circle_id} payments:{member_id}",
        },
    )


@require_POST
@needs_member
@needs_recent_sign_in
def from_wallet(request: MemberRequest, contribution_id: UUID) -> HttpResponse:
    """Pay from the wallet; the page's key makes a second press harmless."""
    try:
        pay_from_wallet(by=request.actor, contribution_id=contribution_id, key=_key(request))
    except Refusal as refusal:
        _said(request, refusal)
    return redirect(reverse("savings:pay", args=[contribution_id]))


@require_POST
@needs_member
@needs_recent_sign_in
def from_phone(request: MemberRequest, contribution_id: UUID) -> HttpResponse:
    """Ask the phone, or by the way that was chosen; the page then waits for it."""
    try:
        pay_by_phone(
            by=request.actor, contribution_id=contribution_id, key=_key(request), way=request.POST.get("way", "")
        )
    except Refusal as refusal:
        _said(request, refusal)
    return redirect(reverse("savings:pay", args=[contribution_id]))


@require_POST
@needs_member
@needs_recent_sign_in
def forgive(request: MemberRequest, contribution_id: UUID) -> HttpResponse:
    """Let go of arrears that one is owed."""
    try:
        forgiven = forgive_arrears(by=request.actor, contribution_id=contribution_id)
    except Refusal as refusal:
        _said(request, refusal)
        return redirect("savings:circles")
    messages.success(request, f"You have let go of {forgiven.amount.text}.")
    return redirect(reverse("savings:circle", args=[forgiven.circle_id]))


def _key(request: MemberRequest) -> IdempotencyKey:
    """The key that the page was drawn with, so that a form sent twice is one payment."""
    return IdempotencyKey(request.POST.get("key", "")[:100] or str(uuid4()))


def _own(request: MemberRequest, contribution_id: UUID) -> Contribution:
    """Raises: ContributionNotFound, also for somebody else's: only its member pays it."""
    contribution = contribution_seen_by(contribution_id, request.actor)
    if contribution.seat.member_id != request.actor.member_id:
        raise ContributionNotFound()
    return contribution


def _state(contribution: Contribution) -> str:
    """Which of its faces the page shows."""
    if contribution.state == Contribution.State.PAID:
        return "paid"
    if not contribution.is_unpaid:
        return "closed"
    return "waiting" if contribution.collecting == Contribution.Collecting.ASKED else "open"


def _said(request: MemberRequest, refusal: Refusal) -> None:
    if refusal.kind == "not_found":
        raise refusal
    messages.error(request, refusal.sentence)
