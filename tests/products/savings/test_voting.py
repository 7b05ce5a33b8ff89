"""A circle decides together: one vote each, changed until it closes, counted by the circle's own rule."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from pamoja.foundation import ids
from pamoja.kernel.audit.public import feed
from pamoja.kernel.communities.public import Community
from pamoja.kernel.messaging.public import messages_of
from pamoja.products.savings.actions import voting as deeds
from pamoja.products.savings.errors import (
    CircleNotFound,
    NotInCircle,
    NotYourProposal,
    NoVote,
    OrganiserOnly,
    VoteUnreadable,
    VotingOver,
)
from pamoja.products.savings.jobs import sweep_community
from pamoja.products.savings.models import Ballot, CircleMember, Proposal
from pamoja.products.savings.queries.voting import decision, decisions, waiting_for_vote
from pamoja.products.savings.rules.voting import Majority, Outcome, Tally
from tests.products.savings.circles import Group, a_group
from tests.world import a_member, actor, signed_in

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def group(community: Community) -> Group:
    return a_group(5)


def propose(group: Group, place: int = 1, title: str = "We meet on Sundays") -> Proposal:
    return deeds.propose(by=actor(group.people[place]), circle_id=group.circle_id, title=title)


def vote(group: Group, proposal: Proposal, *choices: str) -> None:
    """By the first of the group, the second, and so on."""
    for member, choice in zip(group.people, choices, strict=False):
        if choice:
            deeds.vote(by=actor(member), proposal_id=proposal.pk, choice=choice)


def state_of(proposal: Proposal) -> str:
    return Proposal.objects.get(pk=proposal.pk).state


@pytest.mark.parametrize(
    ("votes", "quorum_percent", "majority", "outcome"),
    [
        ((3, 0, 0, 5), 50, Majority.MORE, Outcome.ACCEPTED),
        ((2, 0, 0, 5), 50, Majority.MORE, Outcome.TOO_FEW),
        ((1, 1, 1, 5), 50, Majority.MORE, Outcome.REJECTED),
        ((2, 1, 0, 5), 60, Majority.MORE, Outcome.ACCEPTED),
        ((0, 0, 5, 5), 50, Majority.MORE, Outcome.REJECTED),
        ((0, 0, 0, 0), 1, Majority.MORE, Outcome.TOO_FEW),
        ((2, 1, 0, 5), 50, Majority.TWO_THIRDS, Outcome.ACCEPTED),
        ((3, 2, 0, 5), 50, Majority.TWO_THIRDS, Outcome.REJECTED),
        ((0, 0, 3, 5), 50, Majority.TWO_THIRDS, Outcome.REJECTED),
        ((5, 0, 0, 5), 100, Majority.ALL, Outcome.ACCEPTED),
        ((4, 0, 1, 5), 100, Majority.ALL, Outcome.REJECTED),
        ((1, 0, 0, 100), 1, Majority.MORE, Outcome.ACCEPTED),
        ((1, 0, 0, 101), 1, Majority.MORE, Outcome.TOO_FEW),
    ],
)
def test_is_counted_by_the_rule(
    votes: tuple[int, int, int, int], quorum_percent: int, majority: Majority, outcome: Outcome
) -> None:
    assert Tally(*votes).outcome(quorum_percent=quorum_percent, majority=majority) == outcome


def test_is_decided_when_its_time_is_up_and_everybody_hears(group: Group, clock: Any) -> None:
    proposal = propose(group)
    vote(group, proposal, "yes", "no", "yes", "no")
    vote(group, proposal, "", "yes")
    clock.turn_by(days=5, seconds=-1)
    sweep_community()
    assert state_of(proposal) == "open"

    clock.turn_by(seconds=1)
    sweep_community()

    line = decision(group.circle_id, proposal.pk, actor(group.people[0]))
    assert (line.proposal.state, line.tally) == ("accepted", Tally(3, 1, 0, 5))
    told = feed(f"circle:{group.circle_id}")[0].sentence
    assert told == "The circle voted on “We meet on Sundays”: accepted, 3 for and 1 against, 4 of 5 took part."
    for member in group.people:
        assert "accepted" in str(messages_of(member.pk)[0].text)
    assert "voted" not in " ".join(each.sentence for each in feed(f"member:{group.people[0].pk}"))


def test_nobody_votes_once_it_is_over(group: Group, clock: Any) -> None:
    proposal = propose(group)
    clock.turn_by(days=5)

    with pytest.raises(VotingOver):
        vote(group, proposal, "yes")  # the sweep has not come by yet
    sweep_community()
    with pytest.raises(VotingOver):
        vote(group, proposal, "yes")

    assert state_of(proposal) == "too_few"
    with pytest.raises(DatabaseError, match="nobody votes on what is over"), transaction.atomic():
        Ballot.objects.update(choice="yes", cast_at=proposal.closes_at)
    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        Proposal.objects.update(state="accepted")


def test_only_who_was_in_the_circle_has_a_vote(group: Group) -> None:
    proposal = propose(group)
    late = a_member("Late Comer")
    seat = CircleMember.objects.get(circle_id=group.circle_id, member=group.people[4])

    with pytest.raises(NotInCircle):
        deeds.vote(by=actor(late), proposal_id=proposal.pk, choice="yes")
    with pytest.raises(VoteUnreadable):
        deeds.vote(by=actor(group.people[0]), proposal_id=proposal.pk, choice="maybe")
    with pytest.raises(CircleNotFound):
        decisions(group.circle_id, actor(late))
    CircleMember.objects.filter(pk=seat.pk).update(member=late)
    with pytest.raises(NoVote):
        deeds.vote(by=actor(late), proposal_id=proposal.pk, choice="yes")

    # Who has left is neither counted nor waited for.
    assert decision(group.circle_id, proposal.pk, actor(group.people[0])).tally == Tally(0, 0, 0, 4)


def test_is_withdrawn_by_its_author_or_the_organiser_alone(group: Group) -> None:
    proposal = propose(group)
    with pytest.raises(NotYourProposal):
        deeds.withdraw_proposal(by=actor(group.people[2]), proposal_id=proposal.pk)
    assert state_of(proposal) == "open"

    deeds.withdraw_proposal(by=actor(group.people[0]), proposal_id=proposal.pk)

    assert state_of(proposal) == "withdrawn"
    with pytest.raises(VotingOver):
        deeds.withdraw_proposal(by=actor(group.people[1]), proposal_id=proposal.pk)


def test_what_is_open_keeps_its_rule(group: Group, clock: Any) -> None:
    proposal = propose(group)
    with pytest.raises(OrganiserOnly):
        rule(group, 1)

    rule(group, 0)

    vote(group, proposal, "yes", "yes", "no")
    clock.turn_by(days=5)
    sweep_community()
    assert state_of(proposal) == "accepted"
    later = propose(group, title="Another")
    assert (later.quorum_percent, later.majority, (later.closes_at - later.opened_at).days) == (100, "all", 2)


def rule(group: Group, place: int) -> None:
    by = actor(group.people[place])
    deeds.change_voting_rule(by=by, circle_id=group.circle_id, quorum_percent=100, majority="all", days=2)


def test_page_and_api_say_the_same(group: Group) -> None:
    asked = signed_in(group.people[1])
    place = f"/c/umoja/savings/{ids.public('circle', group.circle_id)}/decisions/"
    made = asked.post(place, {"title": "We buy a tent.", "body": "For the market."})
    proposal = Proposal.objects.get()
    assert made.headers["Location"].endswith(f"{ids.public('proposal', proposal.pk)}/")
    assert waiting_for_vote(group.circle_id, group.people[1].pk) == 1

    asked.post(f"{made.headers['Location']}vote/", {"choice": "yes"})

    page = asked.get(place).content.decode()
    assert "We buy a tent" in page
    assert 'aria-pressed="true"' in page
    assert waiting_for_vote(group.circle_id, group.people[1].pk) == 0
    api = f"/c/umoja/api/v1/savings/circles/{ids.public('circle', group.circle_id)}/decisions"
    (line,) = asked.get(api).json()["open"]
    assert (line["yes"], line["eligible"], line["needed"], line["your_choice"]) == (1, 5, 3, "yes")
