"""Deciding together: propose, vote, change one's vote, count. What is decided moves no money by itself."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action
from pamoja.foundation.events import announce
from pamoja.kernel.identity.public import Limit, take_try
from pamoja.products.savings import events
from pamoja.products.savings.errors import (
    CircleOver,
    NotYourProposal,
    NoVote,
    TitleMissing,
    TooManyProposals,
    VoteUnreadable,
    VotingOver,
)
from pamoja.products.savings.models import Ballot, Circle, Proposal, VotingRule
from pamoja.products.savings.queries.locking import circle_for_update
from pamoja.products.savings.queries.seats import MANAGE, joined_seat, joined_seats, require_organiser, seat_of
from pamoja.products.savings.queries.voting import majority_of, proposal_for_update, rule_of, tally_of
from pamoja.products.savings.rules.board import clean_body
from pamoja.products.savings.rules.voting import DAYS_MAX, OPEN_MAX, TITLE_LENGTH_MAX, Choice, Majority

PROPOSALS_A_DAY = Limit("savings-propose", 5, 86_400)


def take_proposal_try(*, by: Actor) -> None:
    """Count one proposal; outside the action, so that a refused one counts too.

    Raises: TooManyTries.
    """
    take_try(PROPOSALS_A_DAY, str(by.member_id))


@action
def propose(*, by: Actor, circle_id: UUID, title: str, body: str = "") -> Proposal:
    """Put something to the vote of everybody who is in the circle now, by the circle's rule as it is now.

    Raises: CircleNotFound; NotInCircle; CircleOver; TitleMissing; PostTooLong; TooManyProposals.
    """
    circle = circle_for_update(circle_id)
    seat = joined_seat(circle, by.member_id)
    if circle.is_over:
        raise CircleOver()
    words = " ".join(clean_body(title, has_files=True).split())[:TITLE_LENGTH_MAX].rstrip(".")
    if not words:
        raise TitleMissing(field="title")
    if Proposal.objects.filter(circle=circle, state=Proposal.State.OPEN).count() >= OPEN_MAX:
        raise TooManyProposals(open_max=OPEN_MAX)
    rule, now = rule_of(circle), clock.now()
    made = Proposal.objects.create(
        circle=circle,
        author_id=seat.member_id,
        title=words,
        body=clean_body(body, has_files=True),
        quorum_percent=rule.quorum_percent,
        majority=rule.majority,
        opened_at=now,
        closes_at=now + timedelta(days=rule.days),
    )
    Ballot.objects.bulk_create([Ballot(proposal=made, member_id=each.member_id) for each in joined_seats(circle)])
    announce(events.ProposalMade(circle_id=circle.pk, proposal_id=made.pk, member_id=seat.member_id, title=made.title))
    return made


@action
def vote(*, by: Actor, proposal_id: UUID, choice: str) -> Proposal:
    """The member votes, or changes their vote while it is open.

    Raises: ProposalNotFound; NotInCircle; VotingOver; NoVote for who joined after it was proposed; VoteUnreadable.
    """
    proposal = proposal_for_update(proposal_id)
    seat = joined_seat(proposal.circle, by.member_id)
    if choice not in set(Choice):
        raise VoteUnreadable(field="choice")
    if not proposal.takes_votes(clock.now()):
        raise VotingOver()
    ballot = Ballot.objects.filter(proposal=proposal, member_id=seat.member_id).first()
    if ballot is None:
        raise NoVote()
    if ballot.choice != choice:
        ballot.choice, ballot.cast_at = choice, clock.now()
        ballot.save(update_fields=["choice", "cast_at"])
        cast = {"circle_id": proposal.circle_id, "proposal_id": proposal.pk}
        announce(events.VoteCast(**cast, member_id=seat.member_id))
    return proposal


@action
def withdraw_proposal(*, by: Actor, proposal_id: UUID) -> Proposal:
    """It is not voted on any more: its author's wish, or the organiser's.

    Raises: ProposalNotFound; NotInCircle; NotYourProposal; VotingOver.
    """
    proposal = proposal_for_update(proposal_id)
    seat = seat_of(proposal.circle, by.member_id)
    if not by.may(MANAGE):
        seat = joined_seat(proposal.circle, by.member_id)
    is_theirs = proposal.author_id == by.member_id or (seat is not None and seat.is_organiser)
    if not (is_theirs or by.may(MANAGE)):
        raise NotYourProposal()
    if not proposal.is_open:
        raise VotingOver()
    proposal.state, proposal.over_at = Proposal.State.WITHDRAWN, clock.now()
    proposal.save(update_fields=["state", "over_at"])
    announce(events.ProposalWithdrawn(circle_id=proposal.circle_id, proposal_id=proposal.pk, title=proposal.title))
    return proposal


@action
def close_proposal(*, by: Actor, proposal_id: UUID) -> None:
    """Count, if its time is up; again changes nothing."""
    proposal = proposal_for_update(proposal_id)
    if not proposal.is_open or clock.now() < proposal.closes_at:
        return
    tally = tally_of(proposal)
    outcome = tally.outcome(quorum_percent=proposal.quorum_percent, majority=majority_of(proposal))
    proposal.state, proposal.over_at = outcome.value, clock.now()
    proposal.yes, proposal.no, proposal.abstained = tally.yes, tally.no, tally.abstained
    proposal.eligible = tally.eligible
    proposal.save(update_fields=["state", "over_at", "yes", "no", "abstained", "eligible"])
    announce(
        events.ProposalDecided(
            circle_id=proposal.circle_id,
            proposal_id=proposal.pk,
            title=proposal.title,
            outcome=Proposal.State(outcome.value).label.lower(),
            yes=tally.yes,
            no=tally.no,
            voted=tally.voted,
            eligible=tally.eligible,
        )
    )


@action
def change_voting_rule(*, by: Actor, circle_id: UUID, quorum_percent: int, majority: str, days: int) -> VotingRule:
    """How the circle decides what is proposed from now on; what is open keeps its rule.

    Raises: CircleNotFound; OrganiserOnly; VoteUnreadable for what is no rule.
    """
    circle: Circle = circle_for_update(circle_id)
    require_organiser(circle, by)
    if majority not in set(Majority) or not 1 <= quorum_percent <= 100 or not 1 <= days <= DAYS_MAX:
        raise VoteUnreadable(field="majority")
    values = {"quorum_percent": quorum_percent, "majority": majority, "days": days}
    rule, _ = VotingRule.objects.update_or_create(circle=circle, defaults=values)
    words = rule.get_majority_display().lower()
    announce(events.VotingRuleChanged(circle_id=circle.pk, quorum_percent=quorum_percent, majority=words, days=days))
    return rule
