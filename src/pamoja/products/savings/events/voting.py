"""What circles decide together. How somebody voted is in no fact."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pamoja.products.savings.events.circles import CircleEvent


@dataclass(frozen=True, kw_only=True)
class VotingEvent(CircleEvent):
    """Something about one proposal."""

    proposal_id: UUID


@dataclass(frozen=True, kw_only=True)
class ProposalMade(VotingEvent):
    """A member put something to the vote."""

    name = "savings.proposal_made"
    sentence = "{member} proposed: {title}."
    member_id: UUID
    title: str


@dataclass(frozen=True, kw_only=True)
class VoteCast(VotingEvent):
    """A member voted, or changed their vote. No feed tells of it."""

    name = "savings.vote_cast"
    sentence = "{member} voted."
    member_id: UUID

    def subjects(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, kw_only=True)
class ProposalDecided(VotingEvent):
    """The vote is over, and this came of it."""

    name = "savings.proposal_decided"
    sentence = "The circle voted on “{title}”: {outcome}, {yes} for and {no} against, {voted} of {eligible} took part."
    title: str
    outcome: str
    yes: int
    no: int
    voted: int
    eligible: int


@dataclass(frozen=True, kw_only=True)
class ProposalWithdrawn(VotingEvent):
    """Something is no longer put to the vote."""

    name = "savings.proposal_withdrawn"
    sentence = "{by} withdrew the proposal “{title}”."
    title: str


@dataclass(frozen=True, kw_only=True)
class VotingRuleChanged(CircleEvent):
    """The organiser changed how the circle decides what is proposed from now on."""

    name = "savings.voting_rule_changed"
    sentence = "{by} changed how the circle decides: {quorum_percent} % take part, {majority}, within {days} days."
    quorum_percent: int
    majority: str
    days: int
