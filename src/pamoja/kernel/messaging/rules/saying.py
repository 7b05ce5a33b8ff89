"""The words of a conversation: what it remembers, what is heard, and what is said and done."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pamoja.kernel.messaging.rules.hearing import Command

# What the house itself can be asked to do; every other intent is a product's.
REGISTER, IS_ME, NOT_ME, PROVE = "people.register", "people.is_me", "people.not_me", "people.prove"
HELP, CALL_PERSON = "house.help", "house.person"


@dataclass(frozen=True)
class Option:
    """Something that can be chosen by a press, its number or its words; `id` is an intent and its argument."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class Topic:
    """A question that waits for free words: they become the argument of the intent, after what it has already."""

    intent: str
    prompt: str
    until: datetime

    def do(self, words: str) -> Do:
        """What the words ask for."""
        intent, _, argument = self.intent.partition(":")
        return Do(intent, f"{argument} {words}".strip())


@dataclass(frozen=True)
class State:
    """All that a conversation remembers."""

    language: str = "en"
    is_member: bool = False
    name: str = ""
    topics: tuple[Topic, ...] = ()
    options: tuple[Option, ...] = ()
    options_until: datetime | None = None
    misses: int = 0
    with_person: bool = False
    wanted: str = ""
    """What a stranger wanted before we knew them."""


@dataclass(frozen=True)
class Heard:
    """One thing a person said. `choice` is the id of what they pressed; `claimant` whose profile names this number."""

    text: str
    choice: str = ""
    has_media: bool = False
    claimant: str = ""


@dataclass(frozen=True)
class Say:
    """Tell them this."""

    text: str
    options: tuple[Option, ...] = ()
    label: str = ""


@dataclass(frozen=True)
class Do:
    """Ask a product (or the house) to do this; what it answers is said with `answered`."""

    intent: str
    argument: str = ""


@dataclass(frozen=True)
class Wants:
    """They said that they want to be written to, or not any more."""

    wants: bool
    wording: str


@dataclass(frozen=True)
class Speak:
    """They want this language from now on."""

    language: str


@dataclass(frozen=True)
class CallPerson:
    """They want to talk to a person."""


Effect = Say | Do | Wants | Speak | CallPerson


@dataclass(frozen=True)
class Answer:
    """What became of a `Do`: words, what may be chosen next, and perhaps a question that waits for free words."""

    text: str
    options: tuple[Option, ...] = ()
    label: str = ""
    asks: str = ""
    """The intent to which the next words belong."""

    joined_as: str = ""
    """They are a member now, by this name."""


@dataclass(frozen=True)
class Book:
    """What can be said here: the house's name and the commands of its products, in the order of the menu."""

    community: str
    commands: tuple[Command, ...] = ()
    buttons: tuple[str, ...] = field(default=())
    """The intents that a greeting offers as buttons."""


Result = tuple[State, tuple[Effect, ...]]
