"""The facts this package announces."""

from dataclasses import dataclass
from uuid import UUID

from pamoja.foundation.events import Event


@dataclass(frozen=True, kw_only=True)
class MessageGivenUp(Event):
    """A message did not reach its recipient and will not be tried again."""

    name = "messaging.given_up"
    sentence = "A message to {member} could not be delivered."
    message_id: UUID
    member_id: UUID | None
    channel: str
    template: str
    reason_code: str

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.member_id}",) if self.member_id else ()


@dataclass(frozen=True, kw_only=True)
class SendersChanged(Event):
    """The community speaks by other numbers or addresses of its own from now on."""

    name = "messaging.senders_changed"
    sentence = "{by} changed by which numbers the community speaks: {channels}."
    channels: str

    def subjects(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Event):
    """A member agreed to be written to on their phone."""

    name = "messaging.consent_given"
    sentence = "{member} agreed to messages by {channel}."
    member_id: UUID
    channel: str
    how: str

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.member_id}",)


@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(Event):
    """A member does not want to be written to on their phone any more."""

    name = "messaging.consent_withdrawn"
    sentence = "{member} stopped messages to their phone."
    member_id: UUID
    channel: str
    how: str

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.member_id}",)


@dataclass(frozen=True, kw_only=True)
class BroadcastStarted(Event):
    """An operator began to send one text to many members."""

    name = "messaging.broadcast_started"
    sentence = "{by} sent “{title}” to {members} members."
    broadcast_id: UUID
    title: str
    members: int

    def subjects(self) -> tuple[str, ...]:
        return (f"broadcast:{self.broadcast_id}",)
