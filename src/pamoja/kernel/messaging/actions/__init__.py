"""The deeds of messaging."""

from pamoja.kernel.messaging.actions.broadcasting import (
    draft_broadcast,
    pause_broadcast,
    queue_broadcast,
    resume_broadcast,
    start_broadcast,
    stop_broadcast,
)
from pamoja.kernel.messaging.actions.contents import record_approval, record_kept, want_template
from pamoja.kernel.messaging.actions.conversing import (
    answer,
    next_errand,
    note_reports,
    run,
    set_aside,
    take_up,
    understand,
)
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
from pamoja.kernel.messaging.actions.preferring import (
    agree_by_page,
    change_preferences,
    subscribe_browser,
    unsubscribe_browser,
)
from pamoja.kernel.messaging.actions.queueing import reply, send, send_to_each, send_written, wake_dispatcher, wake_with
from pamoja.kernel.messaging.actions.reaching import (
    heard_from,
    known_address,
    link_address,
    mark_unreachable,
    record_consent,
)
from pamoja.kernel.messaging.actions.reporting import record_delivery
from pamoja.kernel.messaging.actions.taking_over import MANAGE, hand_back, take_over, write_to
from pamoja.kernel.messaging.actions.talking import Talk, book, understands

__all__ = [
    "MANAGE",
    "Claimed",
    "Outcome",
    "Talk",
    "agree_by_page",
    "answer",
    "book",
    "change_preferences",
    "claim_due",
    "draft_broadcast",
    "hand_back",
    "heard_from",
    "hold_sender",
    "known_address",
    "link_address",
    "mark_read",
    "mark_unreachable",
    "next_errand",
    "note_reports",
    "notify",
    "pause_broadcast",
    "put_back",
    "queue_broadcast",
    "record_approval",
    "record_consent",
    "record_delivery",
    "record_failures",
    "record_kept",
    "record_outcomes",
    "record_sent",
    "reply",
    "reserve",
    "resume_broadcast",
    "run",
    "send",
    "send_to_each",
    "send_written",
    "set_aside",
    "start_broadcast",
    "stop_broadcast",
    "subscribe_browser",
    "take_over",
    "take_up",
    "turn_away",
    "understand",
    "understands",
    "unsubscribe_browser",
    "wake_dispatcher",
    "wake_with",
    "want_template",
    "write_to",
]
