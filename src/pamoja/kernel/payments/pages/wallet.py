"""A member's wallet: what is in it, its statement, filling it and sending money to the phone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from pamoja.foundation import clock
from pamoja.foundation.errors import Refusal
from pamoja.foundation.home import HomeCard, Urgency
from pamoja.foundation.money import Money
from pamoja.foundation.paging import Page, page_of
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import (
    MemberRequest,
    actor_for,
    membership,
    needs_member,
    needs_recent_sign_in,
    phone_of,
    time_zone_of,
)
from pamoja.kernel.ledger.public import LineInWords, Statement, in_words
from pamoja.kernel.payments.actions.arriving import own_reference
from pamoja.kernel.payments.actions.wallet import top_up_wallet, withdraw_from_wallet
from pamoja.kernel.payments.forms import PayForm, PaymentFilter, SendForm
from pamoja.kernel.payments.queries.arrivals import paybill_of, takes_paybill
from pamoja.kernel.payments.queries.freezes import is_frozen
from pamoja.kernel.payments.queries.limits import room
from pamoja.kernel.payments.queries.methods import methods_of
from pamoja.kernel.payments.queries.offering import chosen_way, ways_to_pay, ways_to_receive
from pamoja.kernel.payments.queries.safety import waiting_for
from pamoja.kernel.payments.queries.settings import rails, sends_out
from pamoja.kernel.payments.queries.wallet import day_begins, wallet_balance, wallet_statement
from pamoja.kernel.payments.rules.limits import Direction
from pamoja.kernel.payments.rules.methods import MethodKind

_STATEMENT_DAYS = 90
_STATEMENT_DAYS_MAX = 732


@needs_member
@require_safe
def wallet(request: MemberRequest) -> HttpResponse:
    """The balance, and every movement of the last three months or of the days asked for."""
    currency, zone = current_community().currency, time_zone_of(request.member.pk)
    form = PaymentFilter(request.GET or None)
    form.is_valid()
    wanted = form.cleaned_data if form.is_bound else {}
    last = wanted.get("until") or clock.today(zone)
    first = wanted.get("since") or last - timedelta(days=_STATEMENT_DAYS)
    begins, ends = day_begins(first, zone), day_begins(last, zone, after=True)
    statement = None
    if begins and ends and timedelta() < ends - begins <= timedelta(days=_STATEMENT_DAYS_MAX):
        statement = wallet_statement(request.member.pk, currency, begins, ends)
    context = {
        "wallet": wallet_balance(request.member.pk, currency),
        "statement": statement,
        "page": _page(statement, request.GET.get("page", 1)),
        "form": form,
        "first": first,
        "last": last,
        "can_pay": bool(rails(currency)),
        "can_send": _can_send(currency),
        "is_frozen": is_frozen(request.member.pk),
    }
    return render(request, "payments/wallet.html", context)


@needs_member
@require_http_methods(["GET", "POST"])
def top_up(request: MemberRequest) -> HttpResponse:
    """Fill the wallet, by the way that the member chooses."""
    currency = current_community().currency
    ways = ways_to_pay(request.member.pk)
    form = PayForm(request.POST or None, currency=currency, ways=[(each.value, each.title) for each in ways])
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        rail, method_id = chosen_way(typed["way"])
        try:
            made = top_up_wallet(
                by=request.actor, amount=typed["amount"], key=typed["key"], rail=rail, method_id=method_id
            )
            return redirect("payments:payment", public_id=made.public_id)
        except Refusal as refusal:
            form.add_error("amount" if refusal.field in (None, "amount") else None, refusal.sentence)
    if takes_paybill(currency):
        own_reference(by=request.actor)
    context = {
        "form": form,
        "ways": ways,
        "can_pay": bool(rails()),
        "sign": money_sign(currency),
        "paybill": paybill_of(request.member.pk, currency),
        "room": room(request.member.pk, Direction.IN),
    }
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "payments/top_up.html", context, status=status)


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def withdraw(request: MemberRequest) -> HttpResponse:
    """Send money to the member's phone."""
    return _withdraw_page(request)


def home_cards(request: HttpRequest) -> list[HomeCard]:
    """The wallet, on the member's home page."""
    member = membership(request)
    if member is None:
        return []
    currency = current_community().currency
    context = {
        "wallet": wallet_balance(member.pk, currency),
        "can_pay": bool(rails(currency)),
        "can_send": _can_send(currency),
    }
    cards = [HomeCard(Urgency.SOON, "payments/_home_wallet.html", context, order=-1)]
    if waits := waiting_for(actor_for(member)):
        cards.append(HomeCard(Urgency.SOON, "payments/_home_waiting.html", {"waits": waits}))
    return cards


def _page(statement: Statement | None, number: object) -> Page[tuple[LineInWords, Money, Money]]:
    """The newest movements first; only those on the page are put into words."""
    if statement is None:
        return page_of([], number)
    page = page_of(list(reversed(statement.lines)), number)
    lines = [
        (each, statement.money(each.line.amount_minor), statement.money(each.line.balance_minor))
        for each in in_words(page.items)
    ]
    return Page(lines, page.number, page.size, page.count)


def _withdraw_page(request: MemberRequest) -> HttpResponse:
    currency = current_community().currency
    ways = ways_to_receive(request.member.pk, currency)
    form = SendForm(request.POST or None, currency=currency, ways=[(each.value, each.title) for each in ways])
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            rail, method_id = chosen_way(typed["way"])
            made = withdraw_from_wallet(
                by=request.actor, amount=typed["amount"], key=typed["key"], rail=rail, method_id=method_id
            )
            return redirect("payments:payment", public_id=made.public_id)
        except Refusal as refusal:
            form.add_error("amount" if refusal.field in (None, "amount") else None, refusal.sentence)
    saved = [each for each in methods_of(request.member.pk) if each.only_receives]
    context: dict[str, Any] = {
        "form": form,
        "wallet": wallet_balance(request.member.pk, currency),
        "phone": phone_of(request.member.pk),
        "ways": ways,
        "account": next((each for each in saved if each.kind == MethodKind.BANK), None),
        "payee": next((each for each in saved if each.kind == MethodKind.PAYEE), None),
        "by_phone": "mpesa" in rails(currency),
        "sign": money_sign(currency),
        "can_pay": _can_send(currency),
        "room": room(request.member.pk, Direction.OUT),
        "is_frozen": is_frozen(request.member.pk),
    }
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "payments/withdraw.html", context, status=status)


def _can_send(currency: str) -> bool:
    return any(sends_out(rail) for rail in rails(currency))


def money_sign(currency: str) -> str:
    """What stands before an amount that somebody types."""
    return Money.zero(currency).text.rstrip("0.,").strip()
