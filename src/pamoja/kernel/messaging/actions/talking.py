"""What products can be talked to about: they register their commands, and what does them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from pamoja.foundation.actions import Actor
from pamoja.kernel.communities.public import current_community, product_is_on
from pamoja.kernel.messaging.rules.hearing import Command
from pamoja.kernel.messaging.rules.saying import Answer, Book, Do


@dataclass(frozen=True, kw_only=True)
class Talk:
    """Who says it and how: what a product needs to answer.

    `key` is the same whenever this very message is worked on again: an idempotency key for what it sets going.
    """

    member_id: UUID
    by: Actor
    key: str
    language: str
    address_id: UUID

    def say(self, en: str, sw: str) -> str:
        """The sentence in their language."""
        return sw if self.language == "sw" else en


@dataclass(frozen=True)
class Errand:
    """The next thing to be done about what somebody wrote; `talk` when we know who they are."""

    talk: Talk | None
    address_id: UUID
    language: str
    do: Do
    step: int


Deed = Callable[[Talk, str], Answer]


@dataclass(frozen=True)
class _Known:
    product: str
    deed: Deed
    command: Command | None
    is_button: bool


_known: dict[str, _Known] = {}


def understands(
    intent: str, *, product: str = "", command: Command | None = None, is_button: bool = False
) -> Callable[[Deed], Deed]:
    """Register what does this intent. It runs outside any transaction and calls actions with `talk.key`.

    Without a `command` it cannot be said in words, only chosen; `is_button` puts it below greetings.
    """

    def register(deed: Deed) -> Deed:
        _known[intent] = _Known(product, deed, command, is_button)
        return deed

    return register


def deed_for(intent: str) -> Deed | None:
    """What does this intent in the entered community; none where its product is switched off."""
    known = _known.get(intent)
    return known.deed if known and (not known.product or product_is_on(known.product)) else None


def book() -> Book:
    """What can be said in the entered community."""
    house = current_community()
    products = {"", *house.products}
    known = [each for each in _known.values() if each.command is not None and each.product in products]
    return Book(
        community=house.name,
        commands=tuple(each.command for each in known if each.command),
        buttons=tuple(each.command.intent for each in known if each.command and each.is_button),
    )
