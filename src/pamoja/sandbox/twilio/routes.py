"""Gives every address of Twilio its answerer, and sets messaging going in a world."""

from starlette.routing import Route

from pamoja.sandbox.twilio import contents, media, messages, people, phones, statuses, typing
from pamoja.sandbox.twilio.gate import Endpoint, behind_the_gate
from pamoja.sandbox.twilio.telling import tell_with
from pamoja.sandbox.twilio.webhooks import TwilioTeller
from pamoja.sandbox.world import World

ACCOUNT = "/2010-04-01/Accounts/{account}"


def join(world: World, inbound_url: str = "") -> list[Route]:
    """Sets messaging going and returns its routes: the impersonated ones, then those for tests and the console."""
    statuses.join(world)
    tell_with("twilio", TwilioTeller())
    people.open_first_senders(world, inbound_url)
    return [*_twilio(), *_ours()]


def _twilio() -> list[Route]:
    def route(method: str, path: str, endpoint: Endpoint) -> Route:
        return Route(path, behind_the_gate(endpoint), methods=[method])

    one = f"{ACCOUNT}/Messages/{{sid}}"
    return [
        route("POST", f"{ACCOUNT}/Messages.json", messages.create),
        route("GET", f"{ACCOUNT}/Messages.json", messages.list_all),
        route("GET", f"{one}/Media.json", media.list_all),
        route("GET", f"{one}/Media/{{media}}", media.fetch_one),
        route("DELETE", f"{one}/Media/{{media}}", media.delete),
        route("GET", f"{one}.json", messages.fetch),
        route("POST", f"{one}.json", messages.change),
        route("DELETE", f"{one}.json", messages.delete),
        route("POST", "/v1/Content", contents.create),
        route("GET", "/v1/Content", contents.list_all),
        route("GET", "/v1/Content/{sid}", contents.fetch),
        route("DELETE", "/v1/Content/{sid}", contents.delete),
        route("POST", "/v1/Content/{sid}/ApprovalRequests/whatsapp", contents.ask_approval),
        route("GET", "/v1/Content/{sid}/ApprovalRequests", contents.show_approval),
        route("POST", "/v2/Indicators/Typing.json", typing.indicate),
        route("POST", "/v3/Indicators/Typing.json", typing.indicate),
    ]


def _ours() -> list[Route]:
    return [
        Route("/media/{media}", media.show, methods=["GET"]),
        Route("/api/phones/{msisdn}/chat", phones.show_chat, methods=["GET"]),
        Route("/api/phones/{msisdn}/chat", phones.say, methods=["POST"]),
        Route("/api/phones/{msisdn}/whatsapp", phones.change_whatsapp, methods=["PUT"]),
        Route("/api/twilio/senders", phones.list_senders, methods=["GET"]),
        Route("/api/twilio/senders/{address}", phones.set_sender, methods=["PUT"]),
    ]
