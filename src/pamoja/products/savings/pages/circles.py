"""Looking at a circle: its pot and people, its schedule, what happened in it, and what lets people check it."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone

from pamoja.foundation import clock
from pamoja.foundation.money import Money
from pamoja.foundation.paging import page_of
from pamoja.kernel.audit.public import feed
from pamoja.kernel.identity.public import MemberRequest
from pamoja.products.savings.forms import ChoicesForm, JoiningForm
from pamoja.products.savings.models import Circle, Contribution, Round
from pamoja.products.savings.pages.doors import shown, shows_circle
from pamoja.products.savings.pages.rings import ring_of_members, ring_of_round, ring_of_turns, seats_taken
from pamoja.products.savings.queries.board import here_now
from pamoja.products.savings.queries.circle_page import CirclePage, ContributionLine
from pamoja.products.savings.queries.evidence import (
    CircleStatement,
    circle_statement,
    circle_summary,
    contribution_history,
    draw_evidence,
)
from pamoja.products.savings.rules import seats

FEED_SHORT, FEED_LONG = 6, 30
LINES_A_PAGE = 50


@shows_circle
def overview(request: MemberRequest, page: CirclePage) -> HttpResponse:
    """The circle's own page; who is not in it sees its terms and may ask to join."""
    if not page.is_inside:
        form = JoiningForm(initial={"rules_version": page.circle.rules_version})
        segments = seats_taken(page.member_count, page.circle.members_max)
        return shown(request, "front", page, form=form, segments=segments)
    subject = f"circle:{page.circle.pk}"
    return shown(
        request,
        "circle",
        page,
        topic=subject,
        segments=_segments(page),
        ring=_ring_words(page),
        contributions=sorted(page.current.contributions, key=_news_first) if page.current else [],
        lines=feed(subject, limit=FEED_SHORT),
        joined=page.seat is not None and page.seat.is_joined,
        circle_id=page.circle.pk,
        here=here_now(page.circle.pk, request.actor),
        my_turns=[line for line in page.rounds if line.is_yours],
        can_start=_can_start(page),
    )


@shows_circle
def schedule(request: MemberRequest, page: CirclePage) -> HttpResponse:
    """Every round: when it is due, who receives, what went out."""
    mine = {line.seat.position for line in page.members if line.is_you}
    return shown(
        request,
        "schedule",
        page,
        exposures=[(each, each.position in mine) for each in page.exposures],
        has_order=any(line.seat.position for line in page.members),
        swappable=_swappable(page),
    )


@shows_circle
def members(request: MemberRequest, page: CirclePage) -> HttpResponse:
    """Who is in the circle, in what part, and what one chose for oneself."""
    seat = page.seat
    choices = (
        ChoicesForm(initial={"receives_on": seat.receives_on, "pays_automatically": seat.pays_automatically})
        if seat and seat.is_joined
        else None
    )
    return shown(request, "members", page, choices=choices)


@shows_circle
def activity(request: MemberRequest, page: CirclePage) -> HttpResponse:
    """What happened, newest first."""
    before = request.GET.get("before", "")
    lines = feed(f"circle:{page.circle.pk}", before=int(before) if before.isdecimal() else None, limit=FEED_LONG)
    return shown(request, "activity", page, lines=lines, older=lines[-1].cursor if len(lines) == FEED_LONG else None)


@shows_circle
def history(request: MemberRequest, page: CirclePage) -> HttpResponse:
    """What everybody paid into which round; of one state, if asked."""
    state = request.GET.get("state", "")
    found = contribution_history(page.circle.pk, request.actor, state=state, number=request.GET.get("page", 1))
    return shown(request, "history", page, found=found, state=state, states=Contribution.State.choices)


@shows_circle
def rules(request: MemberRequest, page: CirclePage) -> HttpResponse:
    """What everybody agreed to, and who has."""
    return shown(request, "rules", page)


@shows_circle
def draw(request: MemberRequest, page: CirclePage) -> HttpResponse:
    """The draw with everything that checks it, computed anew for whoever looks."""
    return shown(request, "draw", page, draws=draw_evidence(page.circle.pk, request.actor))


@shows_circle
def statement(request: MemberRequest, page: CirclePage) -> HttpResponse:
    """Every movement of the pot, with a balance that can be followed by hand."""
    found = _statement(request, page)
    lines = _lines(found) if found else []
    return shown(
        request,
        "statement",
        page,
        found=page_of(lines[::-1], request.GET.get("page", 1), LINES_A_PAGE),
        opening=_money(page.circle, found.statement.opening) if found else None,
        summary=circle_summary(page.circle.pk),
    )


@shows_circle
def statement_csv(request: MemberRequest, page: CirclePage) -> HttpResponse:
    """The same as a file for a spreadsheet."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="statement-{timezone.localdate():%Y-%m-%d}.csv"'
    sheet = csv.writer(response)
    sheet.writerow(["When", "What", "Who", "Reference", f"Amount ({page.circle.currency})", "Balance"])
    found = _statement(request, page)
    for line in _lines(found) if found else []:
        row = [f"{timezone.localtime(line['at']):%Y-%m-%d %H:%M}", line["what"], line["who"], line["reference"]]
        sheet.writerow([*map(_harmless, row), line["amount"].decimal, line["balance"].decimal])
    return response


def _swappable(page: CirclePage) -> set[UUID]:
    """The members with whom the viewer may ask to exchange places."""
    circle, seat = page.circle, page.seat
    if not circle.allows_swaps or circle.is_over or seat is None or seat.position is None:
        return set()
    if circle.is_gathering:
        return {line.card.id for line in page.members if line.seat.position and not line.is_you}
    waiting = [line.recipient.id for line in page.rounds if line.round.state == Round.State.SCHEDULED]
    return {each for each in waiting if seats.may_swap(waiting, seat.member_id, each)}


def _segments(page: CirclePage) -> list[Any]:
    if page.current:
        return ring_of_round(page.current)
    return ring_of_members(page) if page.circle.is_gathering else ring_of_turns(page)


def _news_first(line: ContributionLine) -> tuple[bool, bool, float]:
    """The viewer, then who has not paid, then who paid last."""
    paid_at = line.contribution.paid_at
    return not line.is_you, line.is_paid, -paid_at.timestamp() if paid_at else 0.0


def _ring_words(page: CirclePage) -> dict[str, str]:
    """What stands in the middle of the ring."""
    if line := page.current:
        paid = f"{line.paid} of {line.members}"
        return {
            "centre": line.in_pot.text,
            "above": "in the pot",
            "below": f"of {line.full_pot.figure} · {paid}",
            "title": f"Round {line.round.number}: {paid} have paid",
            "paid": f"{paid} paid",
        }
    if page.circle.is_gathering:
        taken = f"{page.member_count} of {page.circle.members_max}"
        return {"centre": taken, "above": "", "below": "places taken", "title": f"{taken} places are taken"}
    received = sum(line.round.is_paid_out for line in page.rounds)
    return {
        "centre": page.pot.text,
        "above": "in the pot",
        "below": f"{received} of {len(page.rounds)} rounds paid out",
        "title": "Who has received",
    }


def _can_start(page: CirclePage) -> dict[str, bool]:
    """What must be so before a circle starts, and whether it is."""
    circle = page.circle
    return {
        "members": page.member_count >= 2,
        "accepted": all(line.has_accepted for line in page.members),
        "order": circle.order_by == Circle.Order.DRAW or all(line.seat.position for line in page.members),
        "day": circle.first_due_on >= clock.today(circle.time_zone),
    }


def _statement(request: MemberRequest, page: CirclePage) -> CircleStatement | None:
    since: datetime = page.circle.created_at
    return circle_statement(page.circle.pk, request.actor, since=since, until=clock.now() + timedelta(seconds=1))


def _lines(found: CircleStatement) -> list[dict[str, Any]]:
    return [
        {
            "at": line.at,
            "what": _said(line.note, line.description.removeprefix(f"{found.circle.name}: ")),
            "who": found.names.get(line.counterparty_id, ""),
            "reference": str(line.entry_number),
            "amount": Money(line.amount_minor, found.circle.currency),
            "balance": Money(line.balance_minor, found.circle.currency),
        }
        for line in found.statement.lines
    ]


def _said(note: str, rest: str) -> str:
    """A movement in words: `Contribution, round 4`."""
    words = rest if rest.startswith(note) else f"{note}, {rest}"
    return words[:1].upper() + words[1:]


def _money(circle: Circle, amount: Money | int) -> Money:
    return amount if isinstance(amount, Money) else Money(amount, circle.currency)


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet will not run as a formula."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" else cell
