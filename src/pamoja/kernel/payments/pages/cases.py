"""The back office of payments: cases to resolve, disputes to answer, refunds, books to compare."""

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
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import (
    MemberCard,
    MemberRequest,
    cards_of,
    needs_member,
    needs_recent_sign_in,
    require,
)
from pamoja.kernel.payments.actions.arriving import claim_statement
from pamoja.kernel.payments.actions.casework import resolve_case
from pamoja.kernel.payments.actions.depositing import import_statement
from pamoja.kernel.payments.actions.disputing import answer_dispute
from pamoja.kernel.payments.actions.reconciling import ask_for_reconciliation
from pamoja.kernel.payments.actions.refunding import refund_payment
from pamoja.kernel.payments.actions.reviewing import MANAGE
from pamoja.kernel.payments.forms import CaseForm, EvidenceForm, RefundForm, StatementForm
from pamoja.kernel.payments.queries.casework import case_with, deposit_of, dispute_of, open_cases, payment_of
from pamoja.kernel.payments.queries.collections import collection
from pamoja.kernel.payments.queries.members import members_like
from pamoja.kernel.payments.rules.bank_statements import is_paybills, read_paybill, read_statement

STATEMENT_BYTES_MAX = 2_000_000
PEOPLE_SHOWN = 8


@needs_member
@require_safe
def cases(request: MemberRequest) -> HttpResponse:
    """What a person has to decide, the most urgent first."""
    require(request.actor, MANAGE)
    page = page_of(open_cases(), request.GET.get("page", 1))
    cards = cards_of({each.member_id for each in page.items if each.member_id})
    context = {"page": page, "lines": [(each, cards.get(each.member_id)) for each in page.items]}
    return render(request, "payments/cases.html", context)


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def case(request: MemberRequest, public_id: str) -> HttpResponse:
    """One case: what is known, the answer to a bank, the decision."""
    require(request.actor, MANAGE)
    found = case_with(ids.parse("case", public_id))
    dispute = dispute_of(found)
    is_answer = "evidence" in request.POST
    form = CaseForm(request.POST or None if not is_answer else None)
    evidence_form = EvidenceForm(request.POST if is_answer else None)
    try:
        if is_answer and dispute and evidence_form.is_valid():
            answer_dispute(by=request.actor, dispute_id=dispute.pk, evidence=evidence_form.cleaned_data["evidence"])
            messages.success(request, "Thank you. The bank is being told.")
            return redirect("payments:case", public_id=public_id)
        if request.method == "POST" and not is_answer and form.is_valid():
            typed = form.cleaned_data
            member_id: UUID | None = typed["member"]
            resolve_case(by=request.actor, case_id=found.pk, reason=typed["reason"], member_id=member_id)
            messages.success(request, "Thank you. It is settled, and on record.")
            return redirect("payments:cases")
    except Refusal as refusal:
        (evidence_form if is_answer else form).add_error(None, refusal.sentence)
    context = {
        "case": found,
        "dispute": dispute,
        "deposit": deposit_of(found),
        "payment": payment_of(found),
        "form": form,
        "evidence_form": evidence_form,
        "card": cards_of([found.member_id]).get(found.member_id) if found.member_id else None,
        "asked": request.GET.get("q", ""),
        "people": list(cards_of(members_like(request.GET.get("q", ""), PEOPLE_SHOWN)).values()),
        "whose": _whose(form["member"].value() or request.GET.get("member", "")),
    }
    if request.headers.get("HX-Target") == "people":
        return render(request, "payments/_people.html", context)
    status = 422 if request.method == "POST" else 200
    return render(request, "payments/case.html", context, status=status)


def _whose(text: object) -> MemberCard | None:
    """The member who was chosen as the owner of money that came to nobody."""
    try:
        member_id = UUID(str(text))
    except ValueError:
        return None
    return cards_of([member_id]).get(member_id)


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def refund(request: MemberRequest, public_id: str) -> HttpResponse:
    """Give a payment back to the card or account it came from."""
    require(request.actor, MANAGE)
    found = collection(ids.parse("collection", public_id))
    form = RefundForm(request.POST or None, currency=found.currency, initial={"amount": found.amount.figure})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            refund_payment(
                by=request.actor,
                collection_id=found.pk,
                amount=typed["amount"],
                reason=typed["reason"],
                key=f"{found.pk}:{typed['key']}",
            )
            messages.success(request, "It is on its way back.")
            return redirect("payments:one", public_id=public_id)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "payments/refund.html", {"payment": found, "form": form}, status=status)


def _taken_in(by: Actor, text: str) -> str:
    if is_paybills(text):
        count = claim_statement(by=by, lines=read_paybill(text))
        return f"{count} payments were not posted yet. M-PESA is being asked about each."
    done = import_statement(by=by, lines=read_statement(text, current_community().currency))
    return f"{done.matched} found their member, {done.unmatched} wait as cases, {done.known} were known."


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def bank_statement(request: MemberRequest) -> HttpResponse:
    """Take in the bank's statement: what it holds is posted once, however often it is taken in."""
    require(request.actor, MANAGE)
    form = StatementForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["statement"].read(STATEMENT_BYTES_MAX).decode("utf-8", errors="replace")
        try:
            messages.success(request, _taken_in(request.actor, text))
            return redirect("payments:cases")
        except Refusal as refusal:
            form.add_error("statement", refusal.sentence)
    status = 422 if request.method == "POST" else 200
    return render(request, "payments/bank_statement.html", {"form": form}, status=status)


@needs_member
@require_POST
def compare(request: MemberRequest) -> HttpResponse:
    """Compare the provider's books with ours now."""
    ask_for_reconciliation(by=request.actor)
    messages.success(request, "The books are being compared. Differences appear here as cases.")
    return redirect("payments:cases")
