"""The deeds of messaging."""

from pamoja.kernel.messaging.actions.dispatching import (
    Claimed,
    Outcome,
    claim_due,
    hold_sender,
    put_back,
    record_failures,
    record_outcomes,
    record_sent,
    reserve,
    turn_away,
)
from pamoja.kernel.messaging.actions.notifying import mark_read, notify
from pamoja.kernel.messaging.actions.queueing import reply, send, send_written, wake_dispatcher, wake_with
from pamoja.kernel.messaging.actions.reaching import (
    heard_from,
    known_address,
    link_address,
    mark_unreachable,
    record_consent,
)
from pamoja.kernel.messaging.actions.reporting import record_delivery

__all__ = [
    "Claimed",
    "Outcome",
    "claim_due",
    "heard_from",
    "hold_sender",
    "known_address",
    "link_address",
    "mark_read",
    "mark_unreachable",
    "notify",
    "put_back",
    "record_consent",
    "record_delivery",
    "record_failures",
    "record_outcomes",
    "record_sent",
    "reply",
    "reserve",
    "send",
    "send_written",
    "turn_away",
    "wake_dispatcher",
    "wake_with",
]
