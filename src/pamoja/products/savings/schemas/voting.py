"""What the API takes and gives of what a circle decides."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from pamoja.foundation import ids
from pamoja.products.savings.models import VotingRule
from pamoja.products.savings.queries.voting import Decisions, ProposalLine
from pamoja.products.savings.rules.voting import DAYS_MAX
from pamoja.products.savings.schemas.asking import ShortText, Text
from pamoja.products.savings.schemas.showing import PersonOut

MajorityName = Literal["more", "two_thirds", "all"]


class ProposalIn(Schema):
    """Something to decide."""

    title: ShortText
    text: Text = ""


class VoteIn(Schema):
    """How one votes."""

    choice: Literal["yes", "no", "abstain"]


class VotingRuleSchema(Schema):
    """How many must take part, how many must be for it, and for how many days one can vote."""

    quorum_percent: Annotated[int, Field(ge=1, le=100)]
    majority: MajorityName
    days: Annotated[int, Field(ge=1, le=DAYS_MAX)]

    @classmethod
    def of(cls, rule: VotingRule) -> VotingRuleSchema:
        return cls.model_validate({"quorum_percent": rule.quorum_percent, "majority": rule.majority, "days": rule.days})


class ProposalOut(Schema):
    """A proposal, how it stands or went, and how the asking member voted."""

    id: str
    title: str
    text: str
    author: PersonOut
    state: str
    quorum_percent: int
    majority: str
    opened_at: datetime
    closes_at: datetime
    yes: int
    no: int
    abstained: int
    eligible: int
    needed: int
    your_choice: str
    may_vote: bool

    @classmethod
    def of(cls, line: ProposalLine) -> ProposalOut:
        proposal, tally = line.proposal, line.tally
        return cls(
            id=ids.public("proposal", proposal.pk),
            title=proposal.title,
            text=proposal.body,
            author=PersonOut.of(line.author),
            state=proposal.state,
            quorum_percent=proposal.quorum_percent,
            majority=proposal.majority,
            opened_at=proposal.opened_at,
            closes_at=proposal.closes_at,
            yes=tally.yes,
            no=tally.no,
            abstained=tally.abstained,
            eligible=tally.eligible,
            needed=line.needed,
            your_choice=line.your_choice,
            may_vote=line.may_vote,
        )


class DecisionsOut(Schema):
    """What is open, and a page of what is over."""

    rule: VotingRuleSchema
    open: list[ProposalOut]
    over: list[ProposalOut]
    page: int
    pages: int

    @classmethod
    def of(cls, found: Decisions) -> DecisionsOut:
        return cls(
            rule=VotingRuleSchema.of(found.rule),
            open=[ProposalOut.of(line) for line in found.open],
            over=[ProposalOut.of(line) for line in found.over.items],
            page=found.over.number,
            pages=found.over.pages,
        )
