"""The API for who looks after payments: everybody's, refunds, cases, reports."""

from __future__ import annotations

from datetime import date
from typing import Literal

from ninja import Query, Router, Status

from pamoja.foundation import clock, ids
from pamoja.foundation.money import Money
from pamoja.foundation.paging import page_of
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import (
    MemberRequest,
    api_auth,
    cards_of,
    require,
    require_recent_sign_in,
    time_zone_of,
)
from pamoja.kernel.payments.actions.casework import resolve_case
from pamoja.kernel.payments.actions.onward import take_payout_back
from pamoja.kernel.payments.actions.refunding import refund_payment
from pamoja.kernel.payments.actions.reviewing import MANAGE
from pamoja.kernel.payments.api import Key, wanted_by
from pamoja.kernel.payments.errors import PaymentNotFound
from pamoja.kernel.payments.models import Case, Refund
from pamoja.kernel.payments.queries.casework import case_with, open_cases, resolved_cases
from pamoja.kernel.payments.queries.collections import collection
from pamoja.kernel.payments.queries.history import all_payments
from pamoja.kernel.payments.queries.reports import Step, payments_report
from pamoja.kernel.payments.schemas import PaymentOut, PaymentQuery
from pamoja.kernel.payments.schemas.desk import (
    CaseOut,
    CasePage,
    DeskPage,
    DeskPaymentOut,
    RefundIn,
    RefundOut,
    RefundPage,
    ReportOut,
    ResolveIn,
    TakeBackIn,
)

router = Router(auth=api_auth, tags=["payments desk"])


@router.get("/payments", response=DeskPage, summary="Everybody's payments")
def list_payments(request: MemberRequest, query: Query[PaymentQuery]) -> DeskPage:
    """Newest first; `text` finds by a member's name and phone, too."""
    require(request.actor, MANAGE)
    shown = page_of(all_payments(wanted_by(query, time_zone_of(request.member.pk))), query.page)
    cards = cards_of({each.member_id for each in shown.items})
    items = [DeskPaymentOut.with_member(each, cards.get(each.member_id)) for each in shown.items]
    return DeskPage(items=items, page=shown.number, pages=shown.pages, count=shown.count)


@router.post("/payments/{payment_id}/refunds", response={202: RefundOut}, summary="Give a payment back")
def give_back(request: MemberRequest, payment_id: str, body: RefundIn, key: Key = None) -> Status[RefundOut]:
    """All of it, or a part, out of the member's wallet by the way it came. Needs a recent sign-in."""
    require(request.actor, MANAGE)
    require_recent_sign_in(request)
    found = collection(ids.parse("collection", payment_id))
    made = refund_payment(
        by=request.actor,
        collection_id=found.pk,
        amount=None if body.amount_minor is None else Money(body.amount_minor, found.currency),
        reason=body.reason,
        key=f"{found.pk}:{key or ids.new_id().hex}",
    )
    return Status(202, RefundOut.of(made))


@router.post("/payments/{payment_id}/take-back", response={202: PaymentOut}, summary="Take a payout by Stripe back")
def take_back(request: MemberRequest, payment_id: str, body: TakeBackIn) -> Status[PaymentOut]:
    """Before it has reached the bank; it goes into the member's wallet. Needs a recent sign-in."""
    require(request.actor, MANAGE)
    require_recent_sign_in(request)
    onward = take_payout_back(by=request.actor, payout_id=ids.parse("payout", payment_id), reason=body.reason)
    return Status(202, PaymentOut.of(onward.payout))


@router.get("/refunds", response=RefundPage, summary="What is given back")
def list_refunds(request: MemberRequest, page: int = 1) -> RefundPage:
    """Newest first."""
    require(request.actor, MANAGE)
    shown = page_of(Refund.objects.select_related("attempt").order_by("-requested_at", "-pk"), page)
    items = [RefundOut.of(each) for each in shown.items]
    return RefundPage(items=items, page=shown.number, pages=shown.pages, count=shown.count)


@router.get("/refunds/{refund_id}", response=RefundOut, summary="One refund")
def show_refund(request: MemberRequest, refund_id: str) -> RefundOut:
    """With how far it has come."""
    require(request.actor, MANAGE)
    found = Refund.objects.select_related("attempt").filter(pk=ids.parse("refund", refund_id)).first()
    if found is None:
        raise PaymentNotFound()
    return RefundOut.of(found)


@router.get("/cases", response=CasePage, summary="What a person decides")
def list_cases(request: MemberRequest, state: Literal["open", "resolved"] = "open", page: int = 1) -> CasePage:
    """The most urgent first; resolved ones newest first."""
    require(request.actor, MANAGE)
    shown = page_of(open_cases() if state == "open" else resolved_cases(), page)
    cards = cards_of({each.member_id for each in shown.items if each.member_id})
    items = [CaseOut.of(each, cards.get(each.member_id)) for each in shown.items]
    return CasePage(items=items, page=shown.number, pages=shown.pages, count=shown.count)


@router.get("/cases/{case_id}", response=CaseOut, summary="One case")
def show_case(request: MemberRequest, case_id: str) -> CaseOut:
    """Open or resolved."""
    require(request.actor, MANAGE)
    return _told(case_with(ids.parse("case", case_id)))


@router.post("/cases/{case_id}/resolve", response=CaseOut, summary="Decide a case")
def resolve(request: MemberRequest, case_id: str, body: ResolveIn) -> CaseOut:
    """Once, and for ever on record. Money that came to nobody goes to `member`. Needs a recent sign-in."""
    require(request.actor, MANAGE)
    require_recent_sign_in(request)
    member_id = ids.parse("member", body.member) if body.member else None
    found = ids.parse("case", case_id)
    return _told(resolve_case(by=request.actor, case_id=found, reason=body.reason, member_id=member_id))


@router.get("/reports", response=ReportOut, summary="What became of payments")
def report(
    request: MemberRequest, since: date | None = None, until: date | None = None, step: Step = "month"
) -> ReportOut:
    """Of payments asked for in these days of the community's time zone, both included; of this month by itself."""
    require(request.actor, MANAGE)
    zone = current_community().time_zone
    last = until or clock.today(zone)
    return ReportOut.of(payments_report(since or last.replace(day=1), last, step, zone))


def _told(case: Case) -> CaseOut:
    cards = cards_of([case.member_id]) if case.member_id else {}
    return CaseOut.of(case, cards.get(case.member_id) if case.member_id else None)
