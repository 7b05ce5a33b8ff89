"""What Twilio tells: a form for each status of a message, and one for what a person writes."""

import json
from urllib.parse import parse_qsl

from pamoja.sandbox.store import Row
from pamoja.sandbox.twilio import people
from pamoja.sandbox.twilio.known import ACCOUNT_SID, API_VERSION, INSTALL_SID, text_of
from pamoja.sandbox.twilio.signing import signed_form
from pamoja.sandbox.twilio.telling import Told
from pamoja.sandbox.world import World

EVENTS = {"delivered": "DELIVERED", "read": "READ", "undelivered": "UNDELIVERED"}


class TwilioTeller:
    """To the address that the message or its sender names."""

    def status(self, world: World, message: Row, status: str, *, wrongly: bool) -> Told | None:
        url = message["callback_url"] or people.keep_sender(world, message["sender"])["status_url"]
        return Told(url, *signed_form(url, _status_fields(message, status), wrongly=wrongly)) if url else None

    def written(self, world: World, message: Row, *, wrongly: bool) -> Told | None:
        url = people.keep_sender(world, message["sender"])["inbound_url"]
        return Told(url, *signed_form(url, _written_fields(world, message), wrongly=wrongly)) if url else None

    def written_sid(self, body: str) -> str:
        told = dict(parse_qsl(body))
        return told["MessageSid"] if told.get("SmsStatus") == "received" else ""


def _status_fields(message: Row, status: str) -> dict[str, str]:
    fields = {
        "MessageSid": message["sid"],
        "SmsSid": message["sid"],
        "MessageStatus": status,
        "SmsStatus": status,
        "AccountSid": ACCOUNT_SID,
        "ApiVersion": API_VERSION,
        "From": message["sender"],
        "To": message["address"],
    }
    if people.channel_of(message["address"]) == "whatsapp":
        fields |= {
            "ChannelPrefix": "whatsapp",
            "ChannelInstallSid": INSTALL_SID,
            "ChannelToAddress": message["address"].removeprefix("whatsapp:")[:-4] + "XXXX",
        }
        if status == "sent":
            fields["StructuredMessage"] = "true" if message["content_sid"] else "false"
        elif status in EVENTS:
            fields["EventType"] = EVENTS[status]
    if status in ("failed", "undelivered"):
        fields |= {"ErrorCode": str(message["error_code"]), "ErrorMessage": text_of(message["error_code"])}
    if message["service_sid"]:
        fields["MessagingServiceSid"] = message["service_sid"]
    return fields


def _written_fields(world: World, message: Row) -> dict[str, str]:
    extra = json.loads(message["extra"])
    picture = extra.pop("media", None)
    fields: dict[str, str] = {
        "MessageSid": message["sid"],
        "SmsSid": message["sid"],
        "SmsMessageSid": message["sid"],
        "AccountSid": ACCOUNT_SID,
        "ApiVersion": API_VERSION,
        "SmsStatus": "received",
        "From": message["address"],
        "To": message["sender"],
        "Body": message["body"],
        "NumMedia": "1" if picture else "0",
        "NumSegments": "1",
        "ReferralNumMedia": "0",
    } | extra
    if picture:
        home = f"/{API_VERSION}/Accounts/{ACCOUNT_SID}/Messages/{message['sid']}/Media/{picture}"
        fields["MediaUrl0"] = world.options.url + home
    return fields
