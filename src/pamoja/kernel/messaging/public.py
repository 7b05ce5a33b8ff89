"""What other packages may use of messaging."""

from uuid import UUID

from pamoja.kernel.communities.public import current_community
from pamoja.kernel.messaging.actions import (
    Talk,
    heard_from,
    link_address,
    record_consent,
    record_delivery,
    reply,
    send,
    send_to_each,
    understands,
)
from pamoja.kernel.messaging.actions.connecting import connect_meta
from pamoja.kernel.messaging.errors import AddressUnusable, TemplateUnfit, WindowClosed
from pamoja.kernel.messaging.events import ConsentGiven, ConsentWithdrawn, MessageGivenUp
from pamoja.kernel.messaging.models import Address, Message
from pamoja.kernel.messaging.queries import rendering
from pamoja.kernel.messaging.queries.outbox import Waiting, messages_of, waiting
from pamoja.kernel.messaging.queries.reaching import address_at, addresses_of
from pamoja.kernel.messaging.rules import Channel, Choice, Kind, Priority, State, Wish, fit_choices, word_of
from pamoja.kernel.messaging.rules.hearing import Command
from pamoja.kernel.messaging.rules.refusing import say_in_swahili
from pamoja.kernel.messaging.rules.saying import Answer, Option

__all__ = [
    "Address",
    "AddressUnusable",
    "Answer",
    "Channel",
    "Choice",
    "Command",
    "ConsentGiven",
    "ConsentWithdrawn",
    "Kind",
    "Message",
    "MessageGivenUp",
    "Option",
    "Priority",
    "State",
    "Talk",
    "TemplateUnfit",
    "Waiting",
    "WindowClosed",
    "Wish",
    "address_at",
    "addresses_of",
    "connect_meta",
    "fit_choices",
    "heard_from",
    "link_address",
    "messages_of",
    "page_url",
    "record_consent",
    "record_delivery",
    "reply",
    "say_in_swahili",
    "send",
    "send_to_each",
    "understands",
    "waiting",
    "word_of",
]


def page_url(name: str, *args: UUID | str | int) -> str:
    """The full address of a page of the entered community, for a message: `page_url("savings:circle", circle_id)`."""
    return rendering.page_url(name, *args, community=current_community())
