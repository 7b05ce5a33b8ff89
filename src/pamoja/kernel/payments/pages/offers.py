"""What the community sells, for who looks after it: plans with their prices, discounts with their codes, taxes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from pamoja.foundation import ids
from pamoja.foundation.errors import Refusal
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import MemberRequest, needs_member, needs_recent_sign_in, require
from pamoja.kernel.payments.actions import offering
from pamoja.kernel.payments.actions.reviewing import MANAGE
from pamoja.kernel.payments.forms.offers import CodeForm, PriceForm, TaxForm
from pamoja.kernel.payments.models import Discount
from pamoja.kernel.payments.queries import offers
from pamoja.kernel.payments.rules.discounts import Duration
from pamoja.kernel.payments.rules.periods import Interval


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def plan(request: MemberRequest, public_id: str) -> HttpResponse:
    """One plan: its prices, who pays them, and a further price."""
    require(request.actor, MANAGE)
    shown, prices = offers.plan_with_id(ids.parse("plan", public_id))
    form = PriceForm(request.POST or None, currency=current_community().currency)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            offering.offer_price(
                by=request.actor,
                plan_id=shown.pk,
                tariff=typed["tariff"],
                currency=current_community().currency,
                interval=Interval(typed["interval"]),
                interval_count=typed["interval_count"],
                unit_name=typed["unit_name"],
                is_metered=typed["is_metered"],
            )
            messages.success(request, "It is on offer. Whoever has another price keeps that.")
            return redirect("payments:plan", public_id=public_id)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
    context = {"plan": shown, "prices": prices, "form": form}
    return render(request, "payments/plan.html", context, status=422 if form.is_bound else 200)


@needs_member
@needs_recent_sign_in
@require_POST
def withdraw_price(request: MemberRequest, public_id: str, price_id: str) -> HttpResponse:
    """Offer a price no more."""
    offering.withdraw_price(by=request.actor, price_id=ids.parse("price", price_id))
    messages.success(request, "It is offered no more. Who has it keeps it.")
    return redirect("payments:plan", public_id=public_id)


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def codes(request: MemberRequest) -> HttpResponse:
    """Promotion codes with what each gives, and a new one."""
    require(request.actor, MANAGE)
    form = CodeForm(request.POST or None, currency=current_community().currency)
    if form.is_valid():
        try:
            _give_out(request, form)
            messages.success(request, "The code can be used from now on.")
            return redirect("payments:codes")
        except Refusal as refusal:
            form.add_error("code" if refusal.field == "code" else None, refusal.sentence)
    context = {"form": form, "codes": offers.all_codes()}
    return render(request, "payments/codes.html", context, status=422 if form.is_bound else 200)


@needs_member
@needs_recent_sign_in
@require_POST
def take_back_code(request: MemberRequest, public_id: str) -> HttpResponse:
    """Let nobody use it any more."""
    offering.take_back_code(by=request.actor, code_id=ids.parse("code", public_id))
    messages.success(request, "Nobody can use it any more.")
    return redirect("payments:codes")


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def taxes(request: MemberRequest) -> HttpResponse:
    """What stands on invoices beside the prices, and a new rate."""
    require(request.actor, MANAGE)
    form = TaxForm(request.POST or None)
    if form.is_valid():
        typed = form.cleaned_data
        offering.set_tax(
            by=request.actor,
            name=typed["name"],
            rate_bp=form.rate_bp(),
            is_inclusive=typed["is_inclusive"],
            registration=typed["registration"],
        )
        messages.success(request, "It stands on every invoice from now on.")
        return redirect("payments:taxes")
    context = {"form": form, "taxes": offers.all_taxes()}
    return render(request, "payments/taxes.html", context, status=422 if form.is_bound else 200)


@needs_member
@needs_recent_sign_in
@require_POST
def end_tax(request: MemberRequest, public_id: str) -> HttpResponse:
    """Put it on no further invoice."""
    offering.end_tax(by=request.actor, tax_id=ids.parse("tax", public_id))
    messages.success(request, "No further invoice has it.")
    return redirect("payments:taxes")


def _give_out(request: MemberRequest, form: CodeForm) -> None:
    typed = form.cleaned_data
    discount: Discount | None = typed["discount"]
    if discount is None:
        reduction = typed["reduction"]
        discount = offering.offer_discount(
            by=request.actor,
            name=typed["name"],
            reduction=reduction,
            currency=current_community().currency if reduction.off_minor else "",
            duration=Duration(typed["duration"]),
            times=typed["times"] or 1,
            plan_id=typed["plan"].pk if typed["plan"] else None,
        )
    offering.give_out_code(
        by=request.actor,
        discount_id=discount.pk,
        code=typed["code"],
        is_for_first_only=typed["is_for_first_only"],
        redemptions_max=typed["redemptions_max"],
        expires_at=form.expires_at(current_community().time_zone),
    )
