"""The tables of messaging: what is said, to whom it may be, and what became of it."""

from pamoja.kernel.messaging.models.broadcasts import Broadcast, BroadcastRecipient
from pamoja.kernel.messaging.models.conversing import Conversation, Heard, Line
from pamoja.kernel.messaging.models.notifications import Notification
from pamoja.kernel.messaging.models.outbox import UNFINISHED, Message, community_if_entered
from pamoja.kernel.messaging.models.providing import DeliveryReport, Pace, ProviderContent
from pamoja.kernel.messaging.models.proving import PhoneCode, ShownCode
from pamoja.kernel.messaging.models.reaching import Address, ConsentRecord, Preference, PushSubscription
from pamoja.kernel.messaging.models.sending import CommunitySender

__all__ = [
    "UNFINISHED",
    "Address",
    "Broadcast",
    "BroadcastRecipient",
    "CommunitySender",
    "ConsentRecord",
    "Conversation",
    "DeliveryReport",
    "Heard",
    "Line",
    "Message",
    "Notification",
    "Pace",
    "PhoneCode",
    "Preference",
    "ProviderContent",
    "PushSubscription",
    "ShownCode",
    "community_if_entered",
]
