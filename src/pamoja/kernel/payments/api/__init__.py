"""The API about one's own payments and wallet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from ninja import Header, Query, Router, Status

from pamoja.foundation import clock, ids
from pamoja.foundation.money import Money
from pamoja.foundation.paging import page_of
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import MemberRequest, api_auth, require_recent_sign_in, time_zone_of
from pamoja.kernel.ledger.public import in_words
from pamoja.kernel.payments.actions import wallet as deeds
from pamoja.kernel.payments.errors import StatementTooLong
from pamoja.kernel.payments.queries.exporting import receipt_for
from pamoja.kernel.payments.queries.freezes import freezes_of
from pamoja.kernel.payments.queries.history import Wanted, member_payments, own_payment
from pamoja.kernel.payments.queries.limits import room
from pamoja.kernel.payments.queries.upcoming import upcoming_payments
from pamoja.kernel.payments.queries.wallet import day_begins, wallet_balance, wallet_statement
from pamoja.kernel.payments.rules.limits import Direction, advice
from pamoja.kernel.payments.schemas import (
    AmountIn,
    MoneyOut,
    PaymentOut,
    PaymentPage,
    PaymentQuery,
    SendIn,
    StatementLineOut,
    StatementOut,
    WalletOut,
)
from pamoja.kernel.payments.schemas.desk import ReceiptOut, UpcomingOut
from pamoja.kernel.payments.schemas.safety import FreezeOut, LimitsOut, RoomOut

payments = Router(auth=api_auth, tags=["payments"])
wallet = Router(auth=api_auth, tags=["wallet"])

Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=120, pattern=r"^[\x21-\x7e]+$")]
_STATEMENT_DAYS = 31


@payments.get("", response=PaymentPage, summary="My payments")
def list_payments(request: MemberRequest, query: Query[PaymentQuery]) -> PaymentPage:
    """Newest first."""
    found = member_payments(request.member.pk, wanted_by(query, time_zone_of(request.member.pk)))
    return PaymentPage.of(page_of(found, query.page))


@payments.get("/upcoming", response=list[UpcomingOut], summary="What I will be asked for")
def list_upcoming(request: MemberRequest) -> list[UpcomingOut]:
    """In the next two months, the soonest first."""
    return [UpcomingOut.of(each) for each in upcoming_payments(request.member.pk)]


@payments.get("/{payment_id}", response=PaymentOut, summary="One of my payments")
def show_payment(request: MemberRequest, payment_id: str) -> PaymentOut:
    """With its receipt once that is known."""
    return PaymentOut.of(own_payment(request.member.pk, payment_id))


@payments.get("/{payment_id}/receipt", response=ReceiptOut, summary="The receipt of one of my payments")
def show_receipt(request: MemberRequest, payment_id: str) -> ReceiptOut:
    """Once it has arrived."""
    return ReceiptOut.of(receipt_for(own_payment(request.member.pk, payment_id)))


@payments.post("/{payment_id}/retry", response=PaymentOut, summary="Ask my phone again now")
def retry_payment(request: MemberRequest, payment_id: str) -> PaymentOut:
    """For a payment that failed and waits for its next attempt."""
    collection_id = ids.parse("collection", payment_id)
    return PaymentOut.of(deeds.try_own_payment_again(by=request.actor, collection_id=collection_id))


def wanted_by(query: PaymentQuery, zone: str) -> Wanted:
    """What the query asks for; its days are those of the time zone."""
    currency = current_community().currency
    return Wanted(
        kind=query.kind,
        standing=query.state,
        rail=query.rail,
        since=day_begins(query.since, zone),
        until=day_begins(query.until, zone, after=True),
        least=None if query.least_minor is None else Money(query.least_minor, currency),
        most=None if query.most_minor is None else Money(query.most_minor, currency),
        text=query.text,
    )


@wallet.get("", response=WalletOut, summary="My wallet")
def show_wallet(request: MemberRequest) -> WalletOut:
    """What is in it, and what of it may be spent."""
    found = wallet_balance(request.member.pk, current_community().currency)
    return WalletOut(
        balance=MoneyOut.of(found.posted), held=MoneyOut.of(found.held), available=MoneyOut.of(found.available)
    )


@wallet.get("/statement", response=StatementOut, summary="My wallet's statement")
def show_statement(request: MemberRequest, since: date | None = None, until: date | None = None) -> StatementOut:
    """Every movement of these days (in the member's time zone, both included); the last 31 when none are given."""
    zone, currency = time_zone_of(request.member.pk), current_community().currency
    last = until or clock.today(zone)
    first = since or last - timedelta(days=_STATEMENT_DAYS)
    begins, ends = day_begins(first, zone), day_begins(last, zone, after=True)
    if begins is None or ends is None or not timedelta() < ends - begins <= timedelta(days=367):
        raise StatementTooLong(field="since")
    found = wallet_statement(request.member.pk, currency, begins, ends)
    nothing = MoneyOut.of(Money.zero(currency))
    if found is None:
        return StatementOut(since=begins, until=ends, opening=nothing, lines=[], closing=nothing)
    lines = [
        StatementLineOut(
            at=each.line.at,
            description=each.sentence,
            reference=each.line.reference,
            amount=MoneyOut.of(found.money(each.line.amount_minor)),
            balance=MoneyOut.of(found.money(each.line.balance_minor)),
        )
        for each in in_words(found.lines)
    ]
    return StatementOut(
        since=begins, until=ends, opening=MoneyOut.of(found.opening), lines=lines, closing=MoneyOut.of(found.closing)
    )


@wallet.get("/limits", response=LimitsOut, summary="My limits")
def show_limits(request: MemberRequest) -> LimitsOut:
    """What I may still send and fill, now."""
    rooms = [room(request.member.pk, direction) for direction in Direction]
    tier = rooms[0].tier
    return LimitsOut(tier=tier, rooms=[RoomOut.of(each) for each in rooms], advice=advice(tier))


@wallet.get("/freezes", response=list[FreezeOut], summary="My money that is being looked at")
def list_freezes(request: MemberRequest) -> list[FreezeOut]:
    """Newest first, those of the past included. Why is not said here."""
    return [FreezeOut.of(each) for each in freezes_of(request.member.pk)[:50]]


@wallet.post("/top-up", response={202: PaymentOut}, summary="Fill my wallet from my phone")
def top_up(request: MemberRequest, body: AmountIn, key: Key = None) -> Status[PaymentOut]:
    """The phone shows a prompt; follow the payment until it is done."""
    amount = Money(body.amount_minor, current_community().currency)
    made = deeds.top_up_wallet(by=request.actor, amount=amount, key=key or ids.new_id().hex)
    return Status(202, PaymentOut.of(made))


@wallet.post("/withdraw", response={202: PaymentOut}, summary="Send money to my phone or bank")
def withdraw(request: MemberRequest, body: SendIn, key: Key = None) -> Status[PaymentOut]:
    """Needs a recent sign-in. The money is held at once, and comes back if it cannot be sent."""
    require_recent_sign_in(request)
    amount = Money(body.amount_minor, current_community().currency)
    method_id = ids.parse("method", body.method) if body.method else None
    made = deeds.withdraw_from_wallet(by=request.actor, amount=amount, key=key or ids.new_id().hex, method_id=method_id)
    return Status(202, PaymentOut.of(made))
