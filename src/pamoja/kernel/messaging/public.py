"""What other packages may use of messaging."""

from uuid import UUID

from pamoja.kernel.communities.public import current_community
from pamoja.kernel.messaging.actions import send
from pamoja.kernel.messaging.errors import AddressUnusable, TemplateUnfit
from pamoja.kernel.messaging.events import MessageGivenUp
from pamoja.kernel.messaging.models import Message
from pamoja.kernel.messaging.queries import rendering
from pamoja.kernel.messaging.queries.outbox import Waiting, messages_of, waiting
from pamoja.kernel.messaging.rules import Priority, State

__all__ = [
    "AddressUnusable",
    "Message",
    "MessageGivenUp",
    "Priority",
    "State",
    "TemplateUnfit",
    "Waiting",
    "messages_of",
    "page_url",
    "send",
    "waiting",
]


def page_url(name: str, *args: UUID | str | int) -> str:
    """The full address of a page of the entered community, for a message: `page_url("savings:circle", circle_id)`."""
    return rendering.page_url(name, *args, community=current_community())
