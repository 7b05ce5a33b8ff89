"""Pages about messages: notifications and wishes, bulk messages, and the conversations of the community."""

from pamoja.kernel.messaging.pages.broadcasts import broadcast, broadcasts, change_broadcast, new_broadcast
from pamoja.kernel.messaging.pages.conversations import change, conversation, conversations, say
from pamoja.kernel.messaging.pages.notifications import home_cards, notifications, open_notification, read_all
from pamoja.kernel.messaging.pages.preferences import preferences, push_key, push_worker, subscribe, unsubscribe
from pamoja.kernel.messaging.pages.previews import preview, preview_mail, previews
from pamoja.kernel.messaging.pages.proving import prove_phone, shown_code
from pamoja.kernel.messaging.pages.senders import change as senders
from pamoja.kernel.messaging.pages.senders import connect as connect_meta
from pamoja.kernel.messaging.pages.senders import disconnect as disconnect_meta

__all__ = [
    "broadcast",
    "broadcasts",
    "change",
    "change_broadcast",
    "connect_meta",
    "conversation",
    "conversations",
    "disconnect_meta",
    "home_cards",
    "new_broadcast",
    "notifications",
    "open_notification",
    "preferences",
    "preview",
    "preview_mail",
    "previews",
    "prove_phone",
    "push_key",
    "push_worker",
    "read_all",
    "say",
    "senders",
    "shown_code",
    "subscribe",
    "unsubscribe",
]
