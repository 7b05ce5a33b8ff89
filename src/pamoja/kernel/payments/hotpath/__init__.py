"""Takes in webhooks: proves who sent them, keeps the raw request once, and answers when it is durable; no more."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from pamoja.kernel.payments.hotpath.menu import check_payment, receive_payment
from pamoja.kernel.payments.hotpath.prompts import receive
from pamoja.kernel.payments.hotpath.signed import receive_event


class Door:
    """An ASGI application around one handler: what a framework wraps around a function costs as much as the work."""

    def __init__(self, answer: Callable[[Request], Awaitable[Response]]) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)


routes = [
    Route("/hooks/pay/{community}/c2b/{token}", Door(receive_payment), methods=["POST"]),
    Route("/hooks/pay/{community}/c2b-check/{token}", Door(check_payment), methods=["POST"]),
    Route("/hooks/pay/{community}/{kind}/{token}", Door(receive), methods=["POST"]),
    Route("/hooks/stripe/{community}", Door(receive_event), methods=["POST"]),
]

__all__ = ["routes"]
