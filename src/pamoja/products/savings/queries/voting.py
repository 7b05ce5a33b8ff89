"""What a circle decides, as one viewer sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor
from pamoja.foundation.paging import Page, page_of
from pamoja.kernel.identity.public import MemberCard, cards_of
from pamoja.products.savings.errors import CircleNotFound, ProposalNotFound
from pamoja.products.savings.models import Ballot, Circle, CircleMember, Proposal, VotingRule
from pamoja.products.savings.queries.seats import MANAGE, circle_seen_by, sees_inside
from pamoja.products.savings.rules.voting import Choice, Majority, Tally

PROPOSALS_A_PAGE = 20


@dataclass(frozen=True, kw_only=True)
class ProposalLine:
    """A proposal with how it stands, and what the viewer can do about it."""

    proposal: Proposal
    author: MemberCard
    tally: Tally
    your_choice: str
    may_vote: bool
    may_withdraw: bool

    @property
    def needed(self) -> int:
        """How many must take part."""
        return self.tally.needed(self.proposal.quorum_percent)

    @property
    def is_enough(self) -> bool:
        return self.tally.reaches(self.proposal.quorum_percent)

    def share(self, number: int) -> int:
        """Of all who may vote, in percent."""
        return round(100 * number / self.tally.eligible) if self.tally.eligible else 0

    @property
    def shares(self) -> dict[str, int]:
        """How wide each part of the picture is. Units: percent of those who may vote."""
        return {"yes": self.share(self.tally.yes), "no": self.share(self.tally.no)}


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """A page of what a circle decides: open ones first, then what is over, newest first."""

    circle: Circle
    rule: VotingRule
    open: Sequence[ProposalLine]
    over: Page[ProposalLine]
    may_propose: bool
    may_change_rule: bool


def decisions(circle_id: UUID, by: Actor, *, number: object = 1) -> Decisions:
    """Raises: CircleNotFound for whoever does not see inside the circle."""
    circle, seat = _inside(circle_id, by)
    found = Proposal.objects.filter(circle=circle).order_by("-opened_at", "-pk")
    page = page_of(found.exclude(state=Proposal.State.OPEN), number, PROPOSALS_A_PAGE)
    is_open = list(found.filter(state=Proposal.State.OPEN).order_by("closes_at", "pk"))
    lines = _lines([*is_open, *page.items], seat, by)
    may_take_part = seat is not None and seat.is_joined and not circle.is_over
    return Decisions(
        circle=circle,
        rule=rule_of(circle),
        open=lines[: len(is_open)],
        over=Page(lines[len(is_open) :], page.number, page.size, page.count),
        may_propose=may_take_part,
        may_change_rule=by.may(MANAGE) or (seat is not None and seat.is_organiser),
    )


def decision(circle_id: UUID, proposal_id: UUID, by: Actor) -> ProposalLine:
    """Raises: CircleNotFound; ProposalNotFound."""
    circle, seat = _inside(circle_id, by)
    found = Proposal.objects.filter(circle=circle, pk=proposal_id).first()
    if found is None:
        raise ProposalNotFound()
    return _lines([found], seat, by)[0]


def rule_of(circle: Circle) -> VotingRule:
    """How the circle decides; as is usual where it has not chosen."""
    return VotingRule.objects.filter(circle=circle).first() or VotingRule(circle=circle)


def tally_of(proposal: Proposal) -> Tally:
    """The votes of those who are in the circle now; who has left neither counts nor is waited for."""
    return _tallies([proposal])[proposal.pk]


def proposal_for_update(proposal_id: UUID) -> Proposal:
    """Locks the proposal, so that no vote is cast while it is counted.

    Raises: ProposalNotFound.
    """
    found = Proposal.objects.select_for_update(of=("self",)).select_related("circle").filter(pk=proposal_id).first()
    if found is None:
        raise ProposalNotFound()
    return found


def proposals_to_close(limit: int = 100) -> list[UUID]:
    """Open proposals whose time is up."""
    due = Proposal.objects.filter(state=Proposal.State.OPEN, closes_at__lte=clock.now())
    return list(due.order_by("closes_at").values_list("pk", flat=True)[:limit])


def waiting_for_vote(circle_id: UUID, member_id: UUID | None) -> int:
    """On how many open proposals of the circle the member has not voted."""
    if member_id is None:
        return 0
    empty = Ballot.objects.filter(
        member_id=member_id,
        choice="",
        proposal__circle_id=circle_id,
        proposal__state=Proposal.State.OPEN,
        proposal__closes_at__gt=clock.now(),
    )
    return empty.count()


def _inside(circle_id: UUID, by: Actor) -> tuple[Circle, CircleMember | None]:
    circle, seat = circle_seen_by(circle_id, by)
    if not sees_inside(circle, seat, by):
        raise CircleNotFound()
    return circle, seat


def _lines(proposals: Sequence[Proposal], seat: CircleMember | None, by: Actor) -> list[ProposalLine]:
    cards = cards_of({each.author_id for each in proposals})
    tallies = _tallies(proposals)
    own = dict(
        Ballot.objects.filter(proposal__in=proposals, member_id=by.member_id).values_list("proposal_id", "choice")
        if by.member_id
        else []
    )
    now = clock.now()
    is_joined = seat is not None and seat.is_joined
    return [
        ProposalLine(
            proposal=each,
            author=cards[each.author_id],
            tally=tallies[each.pk],
            your_choice=own.get(each.pk, ""),
            may_vote=is_joined and each.pk in own and each.takes_votes(now),
            may_withdraw=each.is_open and (each.author_id == by.member_id or by.may(MANAGE) or _organises(seat)),
        )
        for each in proposals
    ]


def _organises(seat: CircleMember | None) -> bool:
    return seat is not None and seat.is_organiser


def _tallies(proposals: Sequence[Proposal]) -> dict[UUID, Tally]:
    counted: dict[UUID, Counter[str]] = {each.pk: Counter() for each in proposals}
    is_open = [each.pk for each in proposals if not _is_counted(each)]
    for proposal_id, choice in _counting(is_open).values_list("proposal_id", "choice"):
        counted[proposal_id][choice] += 1
    return {each.pk: _kept(each) if _is_counted(each) else _tally(counted[each.pk]) for each in proposals}


def _counting(proposal_ids: Sequence[UUID]) -> QuerySet[Ballot]:
    here = CircleMember.objects.filter(
        circle_id=OuterRef("proposal__circle_id"),
        member_id=OuterRef("member_id"),
        status=CircleMember.Status.JOINED,
    )
    return Ballot.objects.filter(Exists(here), proposal__in=proposal_ids)


def _is_counted(proposal: Proposal) -> bool:
    return proposal.eligible is not None


def _kept(proposal: Proposal) -> Tally:
    return Tally(proposal.yes or 0, proposal.no or 0, proposal.abstained or 0, proposal.eligible or 0)


def _tally(counted: Counter[str]) -> Tally:
    return Tally(counted[Choice.YES], counted[Choice.NO], counted[Choice.ABSTAIN], counted.total())


def majority_of(proposal: Proposal) -> Majority:
    """As the rules take it."""
    return Majority(proposal.majority)
