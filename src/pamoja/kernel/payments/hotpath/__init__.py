"""Takes in webhooks: proves who sent them, keeps the raw request once, and answers when it is durable; no more."""

from starlette.routing import Route

from pamoja.foundation.webhooks import Bare
from pamoja.kernel.payments.hotpath.menu import check_payment, receive_payment
from pamoja.kernel.payments.hotpath.prompts import receive
from pamoja.kernel.payments.hotpath.signed import receive_event

routes = [
    Route("/hooks/pay/{community}/c2b/{token}", Bare(receive_payment), methods=["POST"]),
    Route("/hooks/pay/{community}/c2b-check/{token}", Bare(check_payment), methods=["POST"]),
    Route("/hooks/pay/{community}/{kind}/{token}", Bare(receive), methods=["POST"]),
    Route("/hooks/stripe/{community}", Bare(receive_event), methods=["POST"]),
]

__all__ = ["routes"]
