"""Tells the platform what becomes of messages and what people write, in the words of whoever carries the number.

The phones, the people and the ways a message goes are the same whoever carries it; what is told differs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urldefrag

from pamoja.sandbox.delivery import post
from pamoja.sandbox.faults import CALLBACK
from pamoja.sandbox.store import Row
from pamoja.sandbox.twilio import people
from pamoja.sandbox.twilio.gate import SCOPE
from pamoja.sandbox.world import World


@dataclass(frozen=True)
class Told:
    """A webhook, signed."""

    url: str
    body: str
    headers: Mapping[str, str]


class Teller(Protocol):
    """One provider's way of telling; each gives None where nobody asked to be told."""

    def status(self, world: World, message: Row, status: str, *, wrongly: bool) -> Told | None:
        """How far a message is; `wrongly`: with a signature that does not fit."""
        ...

    def written(self, world: World, message: Row, *, wrongly: bool) -> Told | None:
        """What somebody wrote."""
        ...

    def written_sid(self, body: str) -> str:
        """Which message of a person's a webhook of this provider is about; empty for any other."""
        ...


_tellers: dict[str, Teller] = {}


def tell_with(provider: str, teller: Teller) -> None:
    """Lets `teller` tell what concerns the numbers of `provider`."""
    _tellers[provider] = teller


def tell_status(world: World, message: Row, status: str, at: datetime) -> None:
    """Posts a status, unless nobody asked for one or a fault prevents it."""
    _tell(world, message, at, f"message {status}", status)


def tell_written(world: World, message: Row, at: datetime) -> None:
    """Posts what a person wrote."""
    _tell(world, message, at, "a person writes")


def written_sid(body: str) -> str:
    """Which message of a person's a webhook was about; empty where it was about something else."""
    return next((sid for teller in _tellers.values() if (sid := teller.written_sid(body))), "")


def _tell(world: World, message: Row, at: datetime, about: str, status: str = "") -> None:
    teller, person = _tellers[people.keep_sender(world, message["sender"])["provider"]], message["person"]
    planned = world.faults.strike(CALLBACK, scope=SCOPE, subject=person)
    wrongly = world.faults.strikes("signature_wrong", scope=SCOPE, subject=person) is not None
    if status:
        told = teller.status(world, message, status, wrongly=wrongly)
    else:
        told = teller.written(world, message, wrongly=wrongly)
    if told is None:
        return
    about += " (wrong signature)" if wrongly else ""
    due_at = at + timedelta(seconds=world.preferences.callback_delay_s)
    post(world, urldefrag(told.url).url, told.body, planned, due_at, scope=SCOPE, about=about, headers=told.headers)
