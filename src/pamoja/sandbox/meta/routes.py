"""Gives every address of Meta its answerer, and sets its numbers going in a world."""

from starlette.routing import Route

from pamoja.sandbox.meta import media, messages, numbers, templates
from pamoja.sandbox.meta.gate import Endpoint, behind_the_gate
from pamoja.sandbox.meta.known import DOOR
from pamoja.sandbox.meta.webhooks import MetaTeller
from pamoja.sandbox.twilio.telling import tell_with
from pamoja.sandbox.world import World

ONE = f"{DOOR}{{version}}/{{object}}"


def join(world: World, webhook_url: str = "") -> list[Route]:
    """Sets Meta going and returns its routes: the impersonated ones, then those for tests."""
    tell_with("meta", MetaTeller())
    numbers.open_first_number(world, webhook_url)
    return [*_graph(), *_ours()]


def _graph() -> list[Route]:
    def route(method: str, path: str, endpoint: Endpoint) -> Route:
        return Route(path, behind_the_gate(endpoint), methods=[method])

    return [
        route("POST", f"{ONE}/messages", messages.post),
        route("POST", f"{ONE}/media", media.upload),
        route("GET", f"{ONE}/message_templates", templates.list_all),
        route("POST", f"{ONE}/message_templates", templates.create),
        route("DELETE", f"{ONE}/message_templates", templates.delete),
        route("GET", f"{ONE}/download", media.download),
        route("GET", ONE, media.show),
        route("DELETE", ONE, media.delete),
    ]


def _ours() -> list[Route]:
    return [
        Route("/api/meta/numbers", numbers.list_all, methods=["GET"]),
        Route("/api/meta/numbers/{number_id}", numbers.change, methods=["PUT"]),
    ]
