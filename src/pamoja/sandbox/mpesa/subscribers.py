"""Knows the people with a phone: made on first contact, with a name, a balance and a PIN."""

from hashlib import sha256

from pamoja.sandbox.answers import BadInput
from pamoja.sandbox.mpesa.checks import MSISDN
from pamoja.sandbox.mpesa.known import PIN
from pamoja.sandbox.store import Row
from pamoja.sandbox.world import World

FIRST = ("Amina", "Brian", "Cynthia", "David", "Esther", "Faith", "George", "Halima", "Isaac", "Joyce", "Kevin", "Lucy")
LAST = ("Achieng", "Barasa", "Cheruiyot", "Hassan", "Kamau", "Kiprop", "Maina", "Mwangi", "Njoroge", "Odhiambo", "Were")


def subscriber(world: World, msisdn: str) -> Row:
    """The person with this number. Raises: BadInput when it is no Kenyan mobile number."""
    row = world.store.one("SELECT * FROM subscriber WHERE msisdn = ?", msisdn)
    if row is not None:
        return row
    if not MSISDN.fullmatch(msisdn):
        raise BadInput("A phone number looks like 254712345678.", field="msisdn")
    opening = world.preferences.subscriber_opening_kes
    with world.store.transaction():
        world.store.insert(
            "subscriber",
            msisdn=msisdn,
            name=_name_for(msisdn),
            pin=PIN,
            opening_kes=opening,
            balance_kes=opening,
            created_at=world.clock.now().timestamp(),
        )
    return subscriber(world, msisdn)


def tidy_number(text: str) -> str:
    """A number as people type it, as 2547XXXXXXXX; anything else is returned as it is."""
    digits = "".join(character for character in text if character.isdigit())
    if len(digits) == 10 and digits.startswith("0"):
        digits = "254" + digits[1:]
    elif len(digits) == 9:
        digits = "254" + digits
    return digits if MSISDN.fullmatch(digits) else text


def _name_for(msisdn: str) -> str:
    digest = sha256(msisdn.encode()).digest()
    return f"{FIRST[digest[0] % len(FIRST)]} {LAST[digest[1] % len(LAST)]}"
