"""The facts this package announces."""

from dataclasses import dataclass
from uuid import UUID

from pamoja.foundation.events import Event


@dataclass(frozen=True, kw_only=True)
class MessageGivenUp(Event):
    """A message did not reach its recipient and will not be tried again."""

    name = "messaging.given_up"
    sentence = "An email to {member} could not be delivered."
    message_id: UUID
    member_id: UUID | None
    template: str
    reason_code: str

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.member_id}",) if self.member_id else ()
