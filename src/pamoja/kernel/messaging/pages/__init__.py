"""Pages about messages: a member's notifications and wishes, and the operator's bulk messages."""

from pamoja.kernel.messaging.pages.broadcasts import broadcast, broadcasts, change_broadcast, new_broadcast
from pamoja.kernel.messaging.pages.notifications import home_cards, notifications, open_notification, read_all
from pamoja.kernel.messaging.pages.preferences import preferences, push_key, push_worker, subscribe, unsubscribe

__all__ = [
    "broadcast",
    "broadcasts",
    "change_broadcast",
    "home_cards",
    "new_broadcast",
    "notifications",
    "open_notification",
    "preferences",
    "push_key",
    "push_worker",
    "read_all",
    "subscribe",
    "unsubscribe",
]
