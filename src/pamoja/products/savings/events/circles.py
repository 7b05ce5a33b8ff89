"""What happens to circles as a whole, who is in them, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pamoja.foundation.events import Event
from pamoja.foundation.money import Money


@dataclass(frozen=True, kw_only=True)
class CircleEvent(Event):
    """Something that happened in one circle; it shows in the circle's feed and in the feeds of whom it concerns."""

    circle_id: UUID

    def subjects(self) -> tuple[str, ...]:
        people = (getattr(self, name, None) for name in ("member_id", "recipient_id", "other_id"))
        return (f"circle:{self.circle_id}", *(f"member:{person}" for person in people if person))


@dataclass(frozen=True, kw_only=True)
class CircleCreated(CircleEvent):
    """A circle was made; the draw's seed is committed to from this moment where the order is drawn."""

    name = "savings.circle_created"
    sentence = "{member} created the circle {circle}."
    member_id: UUID
    amount: Money
    draw_commitment: str = ""


@dataclass(frozen=True, kw_only=True)
class CircleSettingsChanged(CircleEvent):
    """Settings of a circle changed; with `rules_version` raised, everybody accepts the rules anew."""

    name = "savings.circle_settings_changed"
    sentence = "{by} changed the circle's settings: {fields}."
    fields: tuple[str, ...]
    rules_version: int


@dataclass(frozen=True, kw_only=True)
class RulesAccepted(CircleEvent):
    """A member accepted a changed version of the rules."""

    name = "savings.rules_accepted"
    sentence = "{member} accepted the circle's rules."
    member_id: UUID
    rules_version: int


@dataclass(frozen=True, kw_only=True)
class InvitationMade(CircleEvent):
    """An invitation code was made."""

    name = "savings.invitation_made"
    sentence = "{by} made an invitation."
    invitation_id: UUID


@dataclass(frozen=True, kw_only=True)
class InvitationWithdrawn(CircleEvent):
    """An invitation code stopped being good."""

    name = "savings.invitation_withdrawn"
    sentence = "{by} withdrew an invitation."
    invitation_id: UUID


@dataclass(frozen=True, kw_only=True)
class MemberAskedToJoin(CircleEvent):
    """Somebody asked to be let into an open circle."""

    name = "savings.member_asked_to_join"
    sentence = "{member} asked to join {circle}."
    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestDeclined(CircleEvent):
    """The organiser did not let somebody in."""

    name = "savings.request_declined"
    sentence = "{by} declined a request to join."
    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class MemberJoined(CircleEvent):
    """Somebody joined and accepted the rules."""

    name = "savings.member_joined"
    sentence = "{member} joined {circle}."
    member_id: UUID
    rules_version: int


@dataclass(frozen=True, kw_only=True)
class MemberLeft(CircleEvent):
    """Somebody left before the start."""

    name = "savings.member_left"
    sentence = "{member} left {circle}."
    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class MemberRemoved(CircleEvent):
    """The organiser removed somebody before the start."""

    name = "savings.member_removed"
    sentence = "{by} removed {member} from {circle}."
    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class MemberRoleChanged(CircleEvent):
    """Somebody's part in the circle changed."""

    name = "savings.member_role_changed"
    sentence = "{by} made {member} {role} of {circle}."
    member_id: UUID
    role: str


@dataclass(frozen=True, kw_only=True)
class PositionsDrawn(CircleEvent):
    """The order was drawn; seed, members and order let anybody check it against the commitment."""

    name = "savings.positions_drawn"
    sentence = "The order of {circle} was drawn by lot."
    draw_number: int
    commitment: str
    seed: str
    drawn_ids: tuple[UUID, ...]
    order: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class DrawVoided(CircleEvent):
    """A draw no longer holds, because the members changed; the next one is committed to."""

    name = "savings.draw_voided"
    sentence = "The draw of {circle} no longer holds, because its members changed."
    draw_number: int
    next_commitment: str


@dataclass(frozen=True, kw_only=True)
class PositionsSet(CircleEvent):
    """The organiser set the order by hand."""

    name = "savings.positions_set"
    sentence = "{by} set the order of {circle}."
    order: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class SwapAsked(CircleEvent):
    """A member asked another to swap places."""

    name = "savings.swap_asked"
    sentence = "{member} asked {other} to swap places {member_position} and {other_position}."
    swap_id: UUID
    member_id: UUID
    other_id: UUID
    member_position: int
    other_position: int


@dataclass(frozen=True, kw_only=True)
class PositionsSwapped(CircleEvent):
    """Two members exchanged their places, both having agreed."""

    name = "savings.positions_swapped"
    sentence = "{member} and {other} swapped places {member_position} and {other_position}."
    swap_id: UUID
    member_id: UUID
    other_id: UUID
    member_position: int
    other_position: int


@dataclass(frozen=True, kw_only=True)
class SwapRefused(CircleEvent):
    """A request to swap was refused, withdrawn or expired."""

    name = "savings.swap_refused"
    sentence = "{member} and {other} keep their places."
    swap_id: UUID
    member_id: UUID
    other_id: UUID
    outcome: str


@dataclass(frozen=True, kw_only=True)
class CircleStarted(CircleEvent):
    """The circle began: order and dates are fixed."""

    name = "savings.circle_started"
    sentence = "{circle} started with {members} members."
    members: int
    rounds: int
    first_due_on: date


@dataclass(frozen=True, kw_only=True)
class CirclePaused(CircleEvent):
    """Nothing is asked for and nothing is fined until the circle goes on."""

    name = "savings.circle_paused"
    sentence = "{by} paused {circle}."
    reason: str


@dataclass(frozen=True, kw_only=True)
class CircleResumed(CircleEvent):
    """The circle goes on; rounds that had not been due moved by whole periods."""

    name = "savings.circle_resumed"
    sentence = "{by} resumed {circle}; rounds moved by {periods_moved}."
    periods_moved: int


@dataclass(frozen=True, kw_only=True)
class CircleEnded(CircleEvent):
    """The circle was ended before its last round."""

    name = "savings.circle_ended"
    sentence = "{by} ended {circle}."
    reason: str


@dataclass(frozen=True, kw_only=True)
class CircleCompleted(CircleEvent):
    """Every round was paid out and nothing is owed."""

    name = "savings.circle_completed"
    sentence = "{circle} is complete: every member has received."
    rounds: int
