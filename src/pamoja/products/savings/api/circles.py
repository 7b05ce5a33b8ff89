"""Circles: finding, making, reading, changing, and their course from start to end."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from ninja import Query, Router, Status

from pamoja.foundation import clock
from pamoja.foundation.money import Money
from pamoja.foundation.paging import page_of
from pamoja.kernel.communities.public import current_community, require_product
from pamoja.kernel.identity.public import MemberRequest
from pamoja.products.savings.actions.creating import change_circle_settings, create_circle
from pamoja.products.savings.actions.ending import end_circle
from pamoja.products.savings.actions.pausing import pause_circle, resume_circle
from pamoja.products.savings.actions.starting import start_circle
from pamoja.products.savings.api.doors import REFUSED, circle_with, shown
from pamoja.products.savings.errors import CircleNotFound, CircleSettingInvalid
from pamoja.products.savings.queries.evidence import circle_statement, contribution_history, draw_evidence
from pamoja.products.savings.queries.lists import discoverable_circles
from pamoja.products.savings.rules.terms import Terms
from pamoja.products.savings.schemas.asking import CircleChange, CircleFilters, CircleIn, MoneyIn, ReasonIn, ShortText
from pamoja.products.savings.schemas.documents import (
    CircleDocument,
    CirclesPage,
    DrawOut,
    HistoryPage,
    StatementOut,
)
from pamoja.products.savings.schemas.showing import CircleOut, PaidOut

router = Router()


@router.get("", response={200: CirclesPage, **REFUSED}, summary="Find circles")
def find_circles(request: MemberRequest, filters: Query[CircleFilters]) -> CirclesPage:
    """Listed circles that still gather members, newest first; amounts are in the community's currency."""
    require_product("savings")
    found = page_of(
        discoverable_circles(
            text=filters.q,
            frequency=filters.frequency,
            amount_from=_amount(filters.amount_from_minor),
            amount_to=_amount(filters.amount_to_minor),
        ),
        filters.page,
    )
    items = [CircleOut.of(circle, circle.members) for circle in found.items]
    return CirclesPage(items=items, page=found.number, pages=found.pages, count=found.count)


@router.post("", response={201: CircleDocument, **REFUSED}, summary="Make a circle")
def make_circle(request: MemberRequest, body: CircleIn) -> Status[CircleDocument]:
    """Whoever makes it organises it and is its first member."""
    circle = create_circle(by=request.actor, terms=Terms(**_terms(body.dict())))
    return Status(201, shown(request, circle.pk))


@router.get("/{circle_id}", response={200: CircleDocument, **REFUSED}, summary="A circle")
def read_circle(request: MemberRequest, circle_id: str) -> CircleDocument:
    """With members, schedule, the open rounds' contributions and what I owe."""
    return shown(request, circle_with(circle_id))


@router.patch("/{circle_id}", response={200: CircleDocument, **REFUSED}, summary="Change a circle's settings")
def change_circle(request: MemberRequest, circle_id: str, body: CircleChange) -> CircleDocument:
    """The organiser's. A change of what members agreed to asks them to accept the rules anew."""
    identifier = circle_with(circle_id)
    sent = body.dict(exclude_unset=True)
    if missing := [field for field, value in sent.items() if value is None and field != "late_fee"]:
        raise CircleSettingInvalid(field=missing[0], problem="This cannot be empty")
    change_circle_settings(by=request.actor, circle_id=identifier, changes=_terms(sent))
    return shown(request, identifier)


@router.post("/{circle_id}/start", response={200: CircleDocument, **REFUSED}, summary="Start a circle")
def start(request: MemberRequest, circle_id: str) -> CircleDocument:
    """Fixes members, order and dates, and opens round 1."""
    identifier = circle_with(circle_id)
    start_circle(by=request.actor, circle_id=identifier)
    return shown(request, identifier)


@router.post("/{circle_id}/pause", response={200: CircleDocument, **REFUSED}, summary="Pause a circle")
def pause(request: MemberRequest, circle_id: str, body: ReasonIn) -> CircleDocument:
    """Nothing is due and nothing moves until it is resumed."""
    identifier = circle_with(circle_id)
    pause_circle(by=request.actor, circle_id=identifier, reason=body.reason)
    return shown(request, identifier)


@router.post("/{circle_id}/resume", response={200: CircleDocument, **REFUSED}, summary="Resume a circle")
def resume(request: MemberRequest, circle_id: str) -> CircleDocument:
    """Rounds that were not due yet move by whole weeks or months, as few as needed."""
    identifier = circle_with(circle_id)
    resume_circle(by=request.actor, circle_id=identifier)
    return shown(request, identifier)


@router.post("/{circle_id}/end", response={200: CircleDocument, **REFUSED}, summary="End a circle")
def end(request: MemberRequest, circle_id: str, body: ReasonIn) -> CircleDocument:
    """What is in the pot goes back to whoever paid it in."""
    identifier = circle_with(circle_id)
    end_circle(by=request.actor, circle_id=identifier, reason=body.reason)
    return shown(request, identifier)


@router.get("/{circle_id}/contributions", response={200: HistoryPage, **REFUSED}, summary="Who paid what")
def contributions(
    request: MemberRequest, circle_id: str, state: ShortText = "", page: int = Query(1, ge=1, le=10_000)
) -> HistoryPage:
    """Newest round first."""
    found = contribution_history(circle_with(circle_id), request.actor, state=state, number=page)
    items = [PaidOut.of(line) for line in found.items]
    return HistoryPage(items=items, page=found.number, pages=found.pages, count=found.count)


@router.get("/{circle_id}/draws", response={200: list[DrawOut], **REFUSED}, summary="The draw, to be checked")
def draws(request: MemberRequest, circle_id: str) -> list[DrawOut]:
    """All draws, void ones included, with seed, members and order."""
    return [DrawOut.of(each) for each in draw_evidence(circle_with(circle_id), request.actor)]


@router.get("/{circle_id}/statement", response={200: StatementOut, **REFUSED}, summary="The pot's statement")
def statement(
    request: MemberRequest, circle_id: str, since: date | None = None, until: date | None = None
) -> StatementOut:
    """From the beginning of `since` to the end of the day before `until` (UTC); else all until now."""
    found = circle_statement(
        circle_with(circle_id),
        request.actor,
        since=_midnight(since) or datetime(2000, 1, 1, tzinfo=UTC),
        until=_midnight(until) or clock.now(),
    )
    if found is None:
        raise CircleNotFound()
    return StatementOut.of(found)


def _amount(minor: int | None) -> Money | None:
    return None if minor is None else Money(minor, current_community().currency)


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(0), tzinfo=UTC)


def _terms(sent: dict[str, Any]) -> dict[str, Any]:
    amounts = {field: sent[field] for field in ("amount", "late_fee") if sent.get(field)}
    return sent | {field: MoneyIn(**amount).money() for field, amount in amounts.items()}
