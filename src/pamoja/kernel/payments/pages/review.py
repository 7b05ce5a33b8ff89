"""What a person must look at: payments in doubt, to be asked about again or decided."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pamoja.foundation import ids
from pamoja.foundation.actions import Actor
from pamoja.foundation.errors import Refusal
from pamoja.foundation.paging import page_of
from pamoja.kernel.identity.public import MemberRequest, cards_of, needs_member, needs_recent_sign_in, require
from pamoja.kernel.payments.actions import reviewing
from pamoja.kernel.payments.errors import PaymentNotFound
from pamoja.kernel.payments.forms import ResolveForm
from pamoja.kernel.payments.queries.review import DoubtLine, doubt_lines, one_doubt


@needs_member
@require_safe
def review(request: MemberRequest) -> HttpResponse:
    """All payments in doubt, oldest first."""
    require(request.actor, reviewing.MANAGE)
    page = page_of(doubt_lines(), request.GET.get("page", 1))
    cards = cards_of({line.member_id for line in page.items})
    context = {"page": page, "lines": [(line, cards.get(line.member_id)) for line in page.items]}
    return render(request, "payments/review.html", context)


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def resolve(request: MemberRequest, public_id: str) -> HttpResponse:
    """One payment in doubt, with all that was said about it, and the decision."""
    require(request.actor, reviewing.MANAGE)
    line = _line(public_id)
    form = ResolveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _resolve(request.actor, line, **form.cleaned_data)
            messages.success(request, "Thank you. It is settled, and on record.")
            return redirect("payments:review")
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
    card = cards_of([line.member_id]).get(line.member_id)
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "payments/resolve.html", {"line": line, "card": card, "form": form}, status=status)


@needs_member
@require_POST
def ask_again(request: MemberRequest, public_id: str) -> HttpResponse:
    """Ask the provider once more; the answer comes in a moment."""
    require(request.actor, reviewing.MANAGE)
    line = _line(public_id)
    try:
        if line.is_payout:
            reviewing.query_payout_again(by=request.actor, payout_id=line.subject_id)
        else:
            reviewing.query_attempt_again(by=request.actor, attempt_id=line.subject_id)
        messages.success(request, "M-PESA is being asked again.")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect("payments:review")


def _line(public_id: str) -> DoubtLine:
    prefix, _, _ = public_id.partition("_")
    if prefix not in ("attempt", "payout"):
        raise PaymentNotFound()
    found: UUID = ids.parse(prefix, public_id)
    return one_doubt(found, is_payout=prefix == "payout")


def _resolve(by: Actor, line: DoubtLine, *, outcome: reviewing.Outcome, reason: str, receipt: str) -> None:
    if line.is_payout:
        reviewing.resolve_payout(by=by, payout_id=line.subject_id, outcome=outcome, reason=reason)
    else:
        reviewing.resolve_attempt(by=by, attempt_id=line.subject_id, outcome=outcome, reason=reason, receipt=receipt)
