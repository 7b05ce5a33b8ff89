"""Knows how people are addressed: a phone number, or since 2026 an id that hides it; and the platform's addresses."""

import re
from hashlib import sha256

from pamoja.sandbox.store import Row
from pamoja.sandbox.twilio.known import FIRST_SENDERS
from pamoja.sandbox.world import World

WHATSAPP = "whatsapp:"
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_USER_ID = re.compile(r"[A-Z]{2}\.[0-9A-Za-z]{6,64}")


def channel_of(address: str) -> str:
    return "whatsapp" if address.startswith(WHATSAPP) else "sms"


def is_address(address: str) -> bool:
    """Whether this is how a person or a sender can be written to."""
    bare = address.removeprefix(WHATSAPP)
    return bool(_NUMBER.fullmatch(bare)) or (address != bare and bool(_USER_ID.fullmatch(bare)))


def open_first_senders(world: World, inbound_url: str) -> None:
    for address, name in FIRST_SENDERS.items():
        if sender(world, address) is None:
            keep_sender(world, address, name=name)
        if inbound_url:
            keep_sender(world, address, inbound_url=inbound_url)


def keep_sender(world: World, address: str, **fields: str) -> Row:
    """The platform's address, made when it is new, with what is given set: `name`, `provider`, where it is told."""
    world.store.run(
        "INSERT OR IGNORE INTO twilio_sender (address, name, made_at) VALUES (?, 'Pamoja', ?)",
        address,
        world.clock.now().timestamp(),
    )
    for column in ("name", "inbound_url", "status_url", "provider"):
        if column in fields:
            world.store.run(f"UPDATE twilio_sender SET {column} = ? WHERE address = ?", fields[column], address)  # noqa: S608 - the columns are the four above
    return world.store.the("SELECT * FROM twilio_sender WHERE address = ?", address)


def sender(world: World, address: str) -> Row | None:
    return world.store.one("SELECT * FROM twilio_sender WHERE address = ?", address)


def senders(world: World) -> list[Row]:
    """WhatsApp first, in the order in which they were made."""
    return world.store.all("SELECT * FROM twilio_sender ORDER BY address NOT LIKE 'whatsapp:%', made_at, address")


def phone(world: World, person: str) -> Row:
    """What WhatsApp knows of a phone; every phone has it unless it was taken away."""
    user_id = "KE." + sha256(f"user:{person}".encode()).hexdigest()[:20]
    world.store.run("INSERT OR IGNORE INTO twilio_phone (person, user_id) VALUES (?, ?)", person, user_id)
    return world.store.the("SELECT * FROM twilio_phone WHERE person = ?", person)


def person_at(world: World, address: str) -> str | None:
    """The phone behind an address, digits only; None for an id that nobody has."""
    bare = address.removeprefix(WHATSAPP)
    if bare.startswith("+"):
        return bare[1:]
    found = world.store.value("SELECT person FROM twilio_phone WHERE user_id = ?", bare)
    return None if found is None else str(found)


def address_of(world: World, person: str, channel: str) -> str:
    """How the platform gets to see this person."""
    if channel == "sms":
        return f"+{person}"
    known = phone(world, person)
    return WHATSAPP + (known["user_id"] if known["hides_number"] else f"+{person}")


def chat(world: World, sender_address: str, person: str) -> Row:
    world.store.run("INSERT OR IGNORE INTO twilio_chat (sender, person) VALUES (?, ?)", sender_address, person)
    return world.store.the("SELECT * FROM twilio_chat WHERE sender = ? AND person = ?", sender_address, person)
