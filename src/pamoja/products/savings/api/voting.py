"""What a circle decides: proposing, voting, withdrawing, and the circle's rule for it."""

from __future__ import annotations

from uuid import UUID

from ninja import Query, Router, Status

from pamoja.foundation import ids
from pamoja.kernel.identity.public import MemberRequest
from pamoja.products.savings.actions.voting import (
    change_voting_rule,
    propose,
    take_proposal_try,
    vote,
    withdraw_proposal,
)
from pamoja.products.savings.api.doors import REFUSED, circle_with
from pamoja.products.savings.queries.voting import decision, decisions
from pamoja.products.savings.schemas.voting import DecisionsOut, ProposalIn, ProposalOut, VoteIn, VotingRuleSchema

router = Router()


@router.get("/{circle_id}/decisions", response={200: DecisionsOut, **REFUSED}, summary="What a circle decides")
def look(request: MemberRequest, circle_id: str, page: int = Query(1, ge=1, le=10_000)) -> DecisionsOut:
    """All that is open, and what is over, newest first, twenty a page."""
    return DecisionsOut.of(decisions(circle_with(circle_id), request.actor, number=page))


@router.post("/{circle_id}/decisions", response={201: ProposalOut, **REFUSED}, summary="Propose something")
def make(request: MemberRequest, circle_id: str, body: ProposalIn) -> Status[ProposalOut]:
    """Everybody who is in the circle now may vote on it. Five a day."""
    identifier = circle_with(circle_id)
    take_proposal_try(by=request.actor)
    made = propose(by=request.actor, circle_id=identifier, title=body.title, body=body.text)
    return Status(201, _shown(request, identifier, made.pk))


@router.put("/{circle_id}/decisions/rule", response={200: VotingRuleSchema, **REFUSED}, summary="Set how it decides")
def change_rule(request: MemberRequest, circle_id: str, body: VotingRuleSchema) -> VotingRuleSchema:
    """The organiser's; what is open keeps its rule."""
    return VotingRuleSchema.of(change_voting_rule(by=request.actor, circle_id=circle_with(circle_id), **body.dict()))


@router.get("/{circle_id}/decisions/{proposal_id}", response={200: ProposalOut, **REFUSED}, summary="A proposal")
def look_at_one(request: MemberRequest, circle_id: str, proposal_id: str) -> ProposalOut:
    """As it stands now."""
    return _shown(request, circle_with(circle_id), ids.parse("proposal", proposal_id))


@router.put("/{circle_id}/decisions/{proposal_id}/vote", response={200: ProposalOut, **REFUSED}, summary="Vote")
def cast(request: MemberRequest, circle_id: str, proposal_id: str, body: VoteIn) -> ProposalOut:
    """Once a member; it may be changed until the vote closes."""
    identifier, proposal = circle_with(circle_id), ids.parse("proposal", proposal_id)
    vote(by=request.actor, proposal_id=proposal, choice=body.choice)
    return _shown(request, identifier, proposal)


@router.delete("/{circle_id}/decisions/{proposal_id}", response={200: ProposalOut, **REFUSED}, summary="Withdraw it")
def withdraw(request: MemberRequest, circle_id: str, proposal_id: str) -> ProposalOut:
    """Its author's, or the organiser's."""
    identifier, proposal = circle_with(circle_id), ids.parse("proposal", proposal_id)
    withdraw_proposal(by=request.actor, proposal_id=proposal)
    return _shown(request, identifier, proposal)


def _shown(request: MemberRequest, circle_id: UUID, proposal_id: UUID) -> ProposalOut:
    return ProposalOut.of(decision(circle_id, proposal_id, request.actor))
