"""The deeds of messaging."""

from pamoja.kernel.messaging.actions.dispatching import claim_due, put_back, record_failures, record_sent
from pamoja.kernel.messaging.actions.queueing import send, send_written, wake_with

__all__ = [
    "claim_due",
    "put_back",
    "record_failures",
    "record_sent",
    "send",
    "send_written",
    "wake_with",
]
