"""A member's ways to pay: what there is, adding one on the provider's own page, naming, ordering, removing."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pamoja.foundation.errors import Refusal
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import MemberRequest, needs_member, needs_recent_sign_in
from pamoja.kernel.payments.actions import methods as deeds
from pamoja.kernel.payments.forms import BankAccountForm, PhoneForm
from pamoja.kernel.payments.models import Method
from pamoja.kernel.payments.providers.visiting import asked_about, begin_visit
from pamoja.kernel.payments.queries import settings
from pamoja.kernel.payments.queries.methods import methods_of, own_method
from pamoja.kernel.payments.queries.payees import payee_of
from pamoja.kernel.payments.rules.methods import MethodKind, MethodState


@needs_member
@require_safe
def methods(request: MemberRequest) -> HttpResponse:
    """All ways to pay of the member, the first to be tried first."""
    return _methods(request)


@needs_member
@needs_recent_sign_in
@require_POST
def add_hosted(request: MemberRequest, kind: str) -> HttpResponse:
    """Send the member to the provider's own page to save a card or sign a Direct Debit.

    By a page of ours: our forms go nowhere else (`form-action 'self'`), and browsers hold redirects of theirs to it.
    """
    try:
        return render(
            request, "payments/leaving.html", {"address": begin_visit(by=request.actor, kind=MethodKind(kind)).url}
        )
    except ValueError:
        messages.error(request, "We do not know this way to pay.")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect("payments:methods")


@needs_member
@needs_recent_sign_in
@require_POST
def add_phone(request: MemberRequest) -> HttpResponse:
    """Another phone for M-PESA."""
    form = PhoneForm(request.POST)
    if form.is_valid():
        try:
            deeds.add_phone(by=request.actor, phone=form.cleaned_data["phone"])
            return redirect("payments:methods")
        except Refusal as refusal:
            form.add_error("phone", refusal.sentence)
    return _methods(request, phone_form=form)


@needs_member
@needs_recent_sign_in
@require_POST
def add_bank(request: MemberRequest) -> HttpResponse:
    """A bank account to be paid on."""
    form = BankAccountForm(request.POST, country=current_community().country)
    if form.is_valid():
        try:
            deeds.add_bank_account(by=request.actor, account=form.cleaned_account())
            return redirect("payments:methods")
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
    return _methods(request, bank_form=form)


@needs_member
@require_safe
def method(request: MemberRequest, public_id: str) -> HttpResponse:
    """Where the provider sends the member back to: it waits until the provider has said what came of it."""
    is_part = request.headers.get("HX-Target") == "method"
    found = own_method(request.member.pk, public_id)
    if found.kind != MethodKind.PAYEE or not is_part:
        # How a member's account with Stripe goes on is told by its events; the page need not ask each time.
        found = asked_about(found)
    payee = payee_of(request.member.pk) if found.kind == MethodKind.PAYEE else None
    context = {"method": found, "is_waiting": found.state == MethodState.PENDING and payee is None, "payee": payee}
    part = "_payee" if payee else "_method"
    return render(request, f"payments/{part}.html" if is_part else "payments/method.html", context | {"part": part})


@needs_member
@needs_recent_sign_in
@require_http_methods(["POST"])
def change(request: MemberRequest, public_id: str) -> HttpResponse:
    """Name it, put it first, or remove it."""
    found = own_method(request.member.pk, public_id)
    wanted: dict[str, Callable[[], Method]] = {
        "first": lambda: deeds.put_method_first(by=request.actor, method_id=found.pk),
        "remove": lambda: deeds.remove_method(by=request.actor, method_id=found.pk),
        "name": lambda: deeds.rename_method(by=request.actor, method_id=found.pk, name=request.POST.get("name", "")),
    }
    deed = wanted.get(request.POST.get("do", ""))
    try:
        if deed:
            deed()
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect("payments:methods")


def _methods(
    request: MemberRequest, *, phone_form: PhoneForm | None = None, bank_form: BankAccountForm | None = None
) -> HttpResponse:
    offered = settings.rails()
    rows = list(methods_of(request.member.pk))
    country = current_community().country
    context = {
        "methods": rows,
        "first": next((each for each in rows if each.is_usable and not each.only_receives), None),
        "payee": payee_of(request.member.pk) if any(each.kind == MethodKind.PAYEE for each in rows) else None,
        "has_payees": "stripe" in offered and settings.sends_out("stripe"),
        "has_cards": "stripe" in offered,
        "has_debits": "stripe" in offered and current_community().currency == "GBP",
        "has_phones": "mpesa" in offered,
        "has_bank": "bank" in offered,
        "phone_form": phone_form or PhoneForm(),
        "bank_form": bank_form or BankAccountForm(country=country),
        "is_british": country == "GB",
    }
    status = 422 if phone_form or bank_form else 200
    return render(request, "payments/methods.html", context, status=status)
