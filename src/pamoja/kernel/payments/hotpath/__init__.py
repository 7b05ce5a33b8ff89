"""Takes in webhooks: proves who sent them, keeps the raw request once, and answers when it is durable; no more."""

from starlette.routing import Route

from pamoja.kernel.payments.hotpath.events import receive_event
from pamoja.kernel.payments.hotpath.prompts import receive

routes = [
    Route("/hooks/pay/{community}/{kind}/{token}", receive, methods=["POST"]),
    Route("/hooks/stripe/{community}", receive_event, methods=["POST"]),
]

__all__ = ["routes"]
