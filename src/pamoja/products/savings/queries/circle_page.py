"""Everything that a circle's page shows, in a number of queries that does not grow with the circle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor
from pamoja.foundation.money import Money
from pamoja.kernel.identity.public import MemberCard, cards_of
from pamoja.kernel.ledger.public import account_of, balances
from pamoja.products.savings.models import (
    Circle,
    CircleMember,
    Contribution,
    Draw,
    Invitation,
    PositionSwap,
    Round,
    RoundPayout,
)
from pamoja.products.savings.queries.lists import UNPAID, paid_counts
from pamoja.products.savings.queries.seats import MANAGE, circle_seen_by, sees_inside
from pamoja.products.savings.rules import money


@dataclass(frozen=True, kw_only=True)
class MemberLine:
    """Somebody in the circle. `receives_in` are the rounds that are theirs."""

    seat: CircleMember
    card: MemberCard
    is_you: bool
    receives_in: Sequence[Round]
    has_accepted: bool


@dataclass(frozen=True, kw_only=True)
class ContributionLine:
    """What somebody pays into a round, and whether they have."""

    contribution: Contribution
    card: MemberCard
    is_you: bool

    @property
    def is_paid(self) -> bool:
        return self.contribution.state == Contribution.State.PAID


@dataclass(frozen=True, kw_only=True)
class RoundLine:
    """One round of the schedule, with as much of its pot as is in, or what went out."""

    round: Round
    recipient: MemberCard
    is_yours: bool
    paid: int
    members: int
    in_pot: Money
    full_pot: Money
    payouts: Sequence[RoundPayout]
    contributions: Sequence[ContributionLine]

    @property
    def paid_out(self) -> Money:
        """What has gone to the recipient, arrears included."""
        return Money(sum(each.amount_minor for each in self.payouts), self.full_pot.currency)


@dataclass(frozen=True, kw_only=True)
class SwapLine:
    """An open request to swap places."""

    swap: PositionSwap
    asker: MemberCard
    other: MemberCard
    is_for_you: bool
    is_yours: bool


@dataclass(frozen=True, kw_only=True)
class CirclePage:
    """A circle as one viewer sees it. Who is not in it sees terms and numbers alone."""

    circle: Circle
    seat: CircleMember | None
    is_inside: bool
    is_organiser: bool
    leads: bool
    organiser: MemberCard | None
    members: Sequence[MemberLine]
    member_count: int
    rounds: Sequence[RoundLine]
    my_dues: Sequence[Contribution]
    pot: Money
    late_fees: Money
    asking: Sequence[MemberLine]
    swaps: Sequence[SwapLine]
    invitations: Sequence[Invitation]
    draw: Draw | None
    exposures: Sequence[money.Exposure]

    @property
    def open_rounds(self) -> list[RoundLine]:
        """The rounds that are paid into now, the earliest first."""
        return [each for each in self.rounds if each.round.is_open]

    @property
    def arrears(self) -> list[tuple[RoundLine, ContributionLine]]:
        """What is still owed to recipients whose pot went out short."""
        return [(each, owed) for each in self.rounds if each.round.is_paid_out for owed in each.contributions]

    @property
    def current(self) -> RoundLine | None:
        """The round that the page is about: the earliest open one."""
        return next(iter(self.open_rounds), None)

    @property
    def next_round(self) -> RoundLine | None:
        """The first round that has not opened."""
        return next((each for each in self.rounds if each.round.state == Round.State.SCHEDULED), None)

    @property
    def full_pot(self) -> Money:
        return money.full_pot(self.circle.amount, self.member_count)

    @property
    def places_left(self) -> int:
        return max(0, self.circle.members_max - self.member_count)

    @property
    def must_accept_rules(self) -> bool:
        """Whether the viewer is in the circle and has not accepted its current rules."""
        joined = self.seat is not None and self.seat.is_joined
        return joined and self.seat is not None and not self.seat.has_accepted(self.circle.rules_version)


def circle_page(circle_id: UUID, by: Actor) -> CirclePage:
    """The circle's page for this viewer.

    Raises: CircleNotFound when there is none, or it is private and the viewer is not in it.
    """
    circle, seat = circle_seen_by(circle_id, by)
    inside = sees_inside(circle, seat, by)
    leads = by.may(MANAGE) or (seat is not None and seat.leads)
    seats = _seats(circle)
    joined = [each for each in seats if each.is_joined]
    rounds = list(Round.objects.filter(circle=circle).select_related("recipient").order_by("number"))
    contributions = _open_contributions(circle) if inside else []
    swaps = _open_swaps(circle) if inside else []
    cards = cards_of({each.member_id for each in seats})
    pot, fees = _kept(circle)
    return CirclePage(
        circle=circle,
        seat=seat,
        is_inside=inside,
        is_organiser=by.may(MANAGE) or (seat is not None and seat.is_organiser),
        leads=leads,
        organiser=next((cards.get(each.member_id) for each in joined if each.is_organiser), None),
        members=[_member_line(circle, each, cards, rounds, by) for each in joined] if inside else [],
        member_count=len(joined),
        rounds=_round_lines(circle, rounds, contributions, cards, by) if inside else [],
        my_dues=[each for each in contributions if each.seat.member_id == by.member_id and each.is_unpaid],
        pot=pot,
        late_fees=fees,
        asking=[_member_line(circle, each, cards, [], by) for each in seats if not each.is_joined] if leads else [],
        swaps=[_swap_line(each, cards, by) for each in swaps],
        invitations=_good_invitations(circle) if leads else [],
        draw=Draw.objects.filter(circle=circle, voided_at=None).first(),
        exposures=exposures(circle, len(joined)),
    )


def exposures(circle: Circle, members: int) -> list[money.Exposure]:
    """What each place in the order puts at stake, with as many members as the circle has or will have."""
    size = members if not circle.is_gathering else circle.members_max
    return [money.exposure(circle.amount, size, position) for position in range(1, size + 1)]


def _seats(circle: Circle) -> list[CircleMember]:
    shown = [CircleMember.Status.JOINED, CircleMember.Status.ASKED]
    seats = CircleMember.objects.filter(circle=circle, status__in=shown)
    return sorted(seats, key=lambda seat: (seat.position or 0, seat.joined_at or seat.asked_at, seat.pk))


def _open_contributions(circle: Circle) -> list[Contribution]:
    found = Contribution.objects.filter(circle=circle, round__state=Round.State.OPEN) | Contribution.objects.filter(
        circle=circle, state__in=UNPAID
    )
    return list(found.select_related("seat", "round").order_by("round__number", "seat__position"))


def _open_swaps(circle: Circle) -> list[PositionSwap]:
    found = PositionSwap.objects.filter(circle=circle, state=PositionSwap.State.ASKED, expires_at__gt=clock.now())
    return list(found.select_related("asker", "other").order_by("asked_at"))


def _good_invitations(circle: Circle) -> list[Invitation]:
    found = Invitation.objects.filter(circle=circle, revoked_at=None, expires_at__gt=clock.now())
    return [each for each in found.order_by("-created_at")[:20] if each.uses < each.uses_max]


def _kept(circle: Circle) -> tuple[Money, Money]:
    accounts = [
        account_of(owner=circle.ledger_owner, purpose=purpose, currency=circle.currency)
        for purpose in ("pot", "late_fees")
    ]
    found = balances([each for each in accounts if each is not None])
    pot, fees = (Money.zero(circle.currency) if each is None else found[each].posted for each in accounts)
    return pot, fees


def _member_line(
    circle: Circle, seat: CircleMember, cards: dict[UUID, MemberCard], rounds: list[Round], by: Actor
) -> MemberLine:
    return MemberLine(
        seat=seat,
        card=cards[seat.member_id],
        is_you=seat.member_id == by.member_id,
        receives_in=[each for each in rounds if each.recipient_id == seat.pk],
        has_accepted=seat.has_accepted(circle.rules_version),
    )


def _round_lines(
    circle: Circle, rounds: list[Round], contributions: list[Contribution], cards: dict[UUID, MemberCard], by: Actor
) -> list[RoundLine]:
    paid = paid_counts(each.pk for each in rounds)
    members = (circle.rounds_total or 0) // circle.turns
    payouts: dict[UUID, list[RoundPayout]] = defaultdict(list)
    for payout in RoundPayout.objects.filter(circle=circle).order_by("paid_at"):
        payouts[payout.round_id].append(payout)
    lines: dict[UUID, list[ContributionLine]] = defaultdict(list)
    for each in contributions:
        card, is_you = cards[each.seat.member_id], each.seat.member_id == by.member_id
        lines[each.round_id].append(ContributionLine(contribution=each, card=card, is_you=is_you))
    return [
        RoundLine(
            round=each,
            recipient=cards[each.recipient.member_id],
            is_yours=each.recipient.member_id == by.member_id,
            paid=paid.get(each.pk, 0),
            members=members,
            in_pot=circle.amount * paid.get(each.pk, 0) if each.is_open else Money.zero(circle.currency),
            full_pot=money.full_pot(circle.amount, members),
            payouts=payouts[each.pk],
            contributions=lines[each.pk],
        )
        for each in rounds
    ]


def _swap_line(swap: PositionSwap, cards: dict[UUID, MemberCard], by: Actor) -> SwapLine:
    return SwapLine(
        swap=swap,
        asker=cards[swap.asker.member_id],
        other=cards[swap.other.member_id],
        is_for_you=swap.other.member_id == by.member_id,
        is_yours=swap.asker.member_id == by.member_id,
    )
