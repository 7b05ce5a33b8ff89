"""The tables of messaging: what is said, to whom it may be, and what was answered."""

from pamoja.kernel.messaging.models.outbox import UNFINISHED, Message, community_if_entered

__all__ = ["UNFINISHED", "Message", "community_if_entered"]
