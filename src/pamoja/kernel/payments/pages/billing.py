"""A member's plans and invoices: choosing, changing, ending, paying, and the files to keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pamoja.foundation import ids
from pamoja.foundation.actions import IdempotencyKey
from pamoja.foundation.errors import Refusal
from pamoja.foundation.paging import page_of
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import MemberRequest, card_of, needs_member, time_zone_of
from pamoja.kernel.payments.actions import dunning, standing, subscribing
from pamoja.kernel.payments.actions.reviewing import MANAGE
from pamoja.kernel.payments.forms.billing import SubscribeForm
from pamoja.kernel.payments.models import Subscription
from pamoja.kernel.payments.queries import billing as found
from pamoja.kernel.payments.queries.invoice_pdf import invoice_pdf
from pamoja.kernel.payments.queries.wallet import wallet_balance
from pamoja.kernel.payments.rules.billing import InvoiceState, SubscriptionState


@needs_member
@require_safe
def billing(request: MemberRequest) -> HttpResponse:
    """The member's plans, what else is offered, and all invoices."""
    currency = current_community().currency
    subscriptions = list(found.subscriptions_of(request.member.pk))
    running = [each for each in subscriptions if not each.has_ended]
    taken = {each.product for each in running}
    context = {
        "running": running,
        "ended": [each for each in subscriptions if each.has_ended][:5],
        "offered": [each for each in found.offered_prices(currency=currency) if each.plan.product not in taken],
        "page": page_of(found.invoices_of(request.member.pk), request.GET.get("page", 1)),
        "can_manage": request.actor.may(MANAGE),
    }
    return render(request, "payments/billing.html", context)


@needs_member
@require_http_methods(["GET", "POST"])
def subscribe(request: MemberRequest, public_id: str) -> HttpResponse:
    """Begin a plan."""
    price = found.price_with_id(ids.parse("price", public_id))
    form = SubscribeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            made = subscribing.subscribe(
                by=request.actor,
                member_id=request.member.pk,
                price_id=price.pk,
                key=IdempotencyKey(typed["key"]),
                code=typed["code"],
                is_from_wallet=typed["way"] == "wallet",
            )
            return _after(made)
        except Refusal as refusal:
            form.add_error("code" if refusal.field == "code" else None, refusal.sentence)
    wallet = wallet_balance(request.member.pk, price.currency)
    context = {"price": price, "form": form, "wallet": wallet, "taxes": found.active_taxes()}
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "payments/subscribe.html", context, status=status)


@needs_member
@require_safe
def subscription(request: MemberRequest, public_id: str) -> HttpResponse:
    """One plan: how it stands, what comes next, and what can be done about it."""
    shown = found.own_subscription(request.member.pk, public_id)
    others = found.offered_prices(product=shown.product, currency=shown.price.currency)
    can_change = shown.state in (SubscriptionState.TRIALING, SubscriptionState.ACTIVE)
    context = {
        "subscription": shown,
        "owed": shown.invoices.filter(state=InvoiceState.OPEN).order_by("made_at").first(),
        "others": [each for each in others if each.pk != shown.price_id] if can_change else [],
        "used": found.usage_so_far(shown.pk) if shown.price.is_metered else None,
        "page": page_of(shown.invoices.order_by("-made_at"), request.GET.get("page", 1)),
    }
    return render(request, "payments/subscription.html", context)


_DEEDS: dict[str, tuple[Callable[..., Subscription], dict[str, Any], str]] = {
    "pause": (standing.pause_subscription, {}, "It is paused. What is left of the period is kept."),
    "resume": (standing.resume_subscription, {}, "It goes on."),
    "cancel": (standing.cancel_subscription, {}, "It will end with its period."),
    "end": (standing.cancel_subscription, {"is_now": True}, "It has ended."),
    "keep": (standing.keep_subscription, {}, "It will go on."),
}


@needs_member
@require_POST
def change_standing(request: MemberRequest, public_id: str, deed: str) -> HttpResponse:
    """Pause, resume, cancel, end at once, or keep."""
    shown = found.own_subscription(request.member.pk, public_id)
    if deed in _DEEDS:
        act, more, said = _DEEDS[deed]
        _try(
            request,
            lambda: act(by=request.actor, member_id=request.member.pk, subscription_id=shown.pk, **more),
            said,
        )
    return redirect("payments:subscription", public_id=public_id)


@needs_member
@require_POST
def change_plan(request: MemberRequest, public_id: str) -> HttpResponse:
    """To another price: now, or from the next period."""
    shown = found.own_subscription(request.member.pk, public_id)

    def change() -> None:
        subscribing.change_subscription(
            by=request.actor,
            member_id=request.member.pk,
            subscription_id=shown.pk,
            price_id=ids.parse("price", request.POST.get("price", "")),
            from_next_period=request.POST.get("when") == "next",
        )

    _try(request, change, "Your plan is changed.")
    return redirect("payments:subscription", public_id=public_id)


@needs_member
@require_safe
def invoice(request: MemberRequest, public_id: str) -> HttpResponse:
    """One invoice with its lines, and paying it while it is open."""
    shown = found.own_invoice(request.member.pk, public_id)
    context = {
        "invoice": shown,
        "lines": shown.lines.order_by("position", "made_at"),
        "refunds": shown.refunds.order_by("refunded_at"),
        "wallet": wallet_balance(request.member.pk, shown.currency),
    }
    return render(request, "payments/invoice.html", context)


@needs_member
@require_safe
def invoice_file(request: MemberRequest, public_id: str) -> HttpResponse:
    """The invoice as PDF; for who looks after payments, anybody's."""
    if request.actor.may(MANAGE):
        shown = found.invoice_with_id(ids.parse("invoice", public_id))
    else:
        shown = found.own_invoice(request.member.pk, public_id)
    body = invoice_pdf(
        shown,
        community=current_community(),
        holder=card_of(shown.member).name,
        zone=time_zone_of(request.member.pk),
    )
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{shown.title}.pdf"'
    return response


@needs_member
@require_POST
def pay_invoice(request: MemberRequest, public_id: str) -> HttpResponse:
    """Pay it now, from the wallet or by the way to pay that is saved first."""
    shown = found.own_invoice(request.member.pk, public_id)
    from_wallet = request.POST.get("way") == "wallet"

    def pay() -> None:
        dunning.pay_invoice(
            by=request.actor,
            invoice_id=shown.pk,
            member_id=request.member.pk,
            is_from_wallet=from_wallet,
        )

    done = _try(request, pay, "Thank you. It is paid." if from_wallet else "")
    shown.refresh_from_db()
    if done and not from_wallet and shown.collection is not None:
        return redirect("payments:payment", public_id=shown.collection.public_id)
    return redirect("payments:invoice", public_id=public_id)


def _after(made: Subscription) -> HttpResponse:
    first = made.invoices.order_by("made_at").first()
    if first is not None and first.state == "open":
        return redirect("payments:invoice", public_id=first.public_id)
    return redirect("payments:subscription", public_id=made.public_id)


def _try(request: MemberRequest, deed: Callable[[], object], said: str) -> bool:
    try:
        deed()
    except Refusal as refusal:
        if refusal.kind == "not_found":
            raise
        messages.error(request, refusal.sentence)
        return False
    if said:
        messages.success(request, said)
    return True
