"""The API about messages: one's own notifications, and one's phone."""

from pamoja.kernel.messaging.api.notifications import router
from pamoja.kernel.messaging.api.phones import router as phones

__all__ = ["phones", "router"]
