"""The longer documents that the API gives: a circle's page, lists in pages, evidence, statements."""

from __future__ import annotations

from datetime import datetime

from ninja import Schema

from pamoja.products.savings.queries.circle_page import CirclePage
from pamoja.products.savings.queries.evidence import CircleStatement, DrawEvidence, InvitationPreview
from pamoja.products.savings.rules.money import Exposure
from pamoja.products.savings.schemas.showing import (
    CircleOut,
    ContributionOut,
    MoneyOut,
    OpenSwapOut,
    PaidOut,
    PersonOut,
    RoundOut,
    SeatOut,
)


class CirclesPage(Schema):
    """Circles, a page at a time."""

    items: list[CircleOut]
    page: int
    pages: int
    count: int


class HistoryPage(Schema):
    """Contributions, a page at a time."""

    items: list[PaidOut]
    page: int
    pages: int
    count: int


class ExposureOut(Schema):
    """What a place in the order pays before it receives, and owes after."""

    position: int
    pays_before: MoneyOut
    receives: MoneyOut
    owes_after: MoneyOut

    @classmethod
    def of(cls, exposure: Exposure) -> ExposureOut:
        return cls(
            position=exposure.position,
            pays_before=MoneyOut.of(exposure.pays_before),
            receives=MoneyOut.of(exposure.receives),
            owes_after=MoneyOut.of(exposure.owes_after),
        )


class CircleDocument(Schema):
    """A circle as one sees it. Who is not in it sees its terms and numbers alone."""

    circle: CircleOut
    is_inside: bool
    is_organiser: bool
    must_accept_rules: bool
    organiser: PersonOut | None
    places_left: int
    pot: MoneyOut
    late_fees: MoneyOut
    members: list[SeatOut]
    asking: list[SeatOut]
    rounds: list[RoundOut]
    my_dues: list[ContributionOut]
    swaps: list[OpenSwapOut]
    draw_commitment: str | None
    exposures: list[ExposureOut]

    @classmethod
    def of(cls, page: CirclePage) -> CircleDocument:
        return cls(
            circle=CircleOut.of(page.circle, page.member_count),
            is_inside=page.is_inside,
            is_organiser=page.is_organiser,
            must_accept_rules=page.must_accept_rules,
            organiser=PersonOut.of(page.organiser) if page.organiser else None,
            places_left=page.places_left,
            pot=MoneyOut.of(page.pot),
            late_fees=MoneyOut.of(page.late_fees),
            members=[SeatOut.of(each) for each in page.members],
            asking=[SeatOut.of(each) for each in page.asking],
            rounds=[RoundOut.of(each) for each in page.rounds],
            my_dues=[ContributionOut.of(each) for each in page.my_dues],
            swaps=[OpenSwapOut.of_line(each) for each in page.swaps],
            draw_commitment=page.draw.commitment if page.draw else None,
            exposures=[ExposureOut.of(each) for each in page.exposures],
        )


class PreviewOut(Schema):
    """The circle behind an invitation code, before joining."""

    circle: CircleOut
    organiser: PersonOut | None
    expires_at: datetime
    is_good: bool
    is_member: bool

    @classmethod
    def of(cls, preview: InvitationPreview) -> PreviewOut:
        return cls(
            circle=CircleOut.of(preview.circle, preview.member_count),
            organiser=PersonOut.of(preview.organiser) if preview.organiser else None,
            expires_at=preview.invitation.expires_at,
            is_good=preview.is_good,
            is_member=preview.is_member,
        )


class DrawOut(Schema):
    """A draw with all that checks it: sha256(seed) is the commitment; seed and member ids give the order."""

    number: int
    commitment: str
    committed_at: datetime
    seed: str | None
    member_ids: list[str]
    order: list[str]
    names: list[PersonOut]
    drawn_at: datetime | None
    voided_at: datetime | None
    holds: bool

    @classmethod
    def of(cls, evidence: DrawEvidence) -> DrawOut:
        draw = evidence.draw
        return cls(
            number=draw.number,
            commitment=draw.commitment,
            committed_at=draw.committed_at,
            seed=draw.seed,
            member_ids=draw.member_ids,
            order=draw.order,
            names=[PersonOut.of(card) for card in evidence.order],
            drawn_at=draw.drawn_at,
            voided_at=draw.voided_at,
            holds=evidence.holds,
        )


class LineOut(Schema):
    """One movement of the pot: `amount` is negative when money left."""

    at: datetime
    description: str
    counterparty: str
    amount: MoneyOut
    balance: MoneyOut


class StatementOut(Schema):
    """The pot for a stretch of time: opening + lines = closing."""

    since: datetime
    until: datetime
    opening: MoneyOut
    lines: list[LineOut]
    closing: MoneyOut

    @classmethod
    def of(cls, found: CircleStatement) -> StatementOut:
        shown = found.statement
        return cls(
            since=shown.since,
            until=shown.until,
            opening=MoneyOut.of(shown.opening),
            lines=[
                LineOut(
                    at=line.at,
                    description=line.description,
                    counterparty=found.names[line.counterparty_id],
                    amount=MoneyOut.of(shown.money(line.amount_minor)),
                    balance=MoneyOut.of(shown.money(line.balance_minor)),
                )
                for line in shown.lines
            ],
            closing=MoneyOut.of(shown.closing),
        )
