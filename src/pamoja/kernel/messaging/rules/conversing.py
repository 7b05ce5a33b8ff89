"""The conversation itself, pure: what was said before and what is said now give what is said and done next."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pamoja.kernel.messaging.rules.consent import Wish, word_of
from pamoja.kernel.messaging.rules.hearing import Understood, chosen, is_number, plain, understand
from pamoja.kernel.messaging.rules.phrases import GREETINGS, LEAVE, MENU, PERSON, SPEAK, SWAHILI_GREETINGS, phrase
from pamoja.kernel.messaging.rules.proving import code_in
from pamoja.kernel.messaging.rules.saying import (
    CALL_PERSON,
    HELP,
    IS_ME,
    NOT_ME,
    PROVE,
    REGISTER,
    Answer,
    Book,
    CallPerson,
    Do,
    Effect,
    Heard,
    Option,
    Result,
    Say,
    Speak,
    State,
    Topic,
    Wants,
)

TOPIC_LASTS = timedelta(minutes=30)
"""Somebody who comes back after this means something new: what was asked of them is forgotten."""

OFFER_LASTS = timedelta(hours=12)
TOPICS_MAX = 4
BUTTONS_MAX = 3
NAME_MIN, NAME_MAX = 2, 60


def converse(state: State, heard: Heard, now: datetime, seed: int, book: Book) -> Result:
    """One turn. The same arguments give the same result, so that every transcript can be played again."""
    state = _awake(state, now)
    wish = None if heard.choice else word_of(heard.text)
    if wish is Wish.STOP:
        quiet = replace(state, topics=(), options=(), wanted="", with_person=False)
        return quiet, (Wants(False, heard.text), Say(phrase(state.language, "stopped", community=book.community)))
    if wish is Wish.START and state.is_member:
        said = phrase(state.language, "started", community=book.community)
        return _offer(replace(state, misses=0), said, book, now, before=(Wants(True, heard.text),))
    # Like STOP at any time: whoever sends it waits before an open page.
    if code := "" if heard.choice else code_in(heard.text):
        return state, (Do(PROVE, code),)
    if state.with_person:
        return state, ()
    turn = _Turn(state, heard, now, seed, book)
    return turn.of_member() if state.is_member else turn.of_stranger()


def answered(state: State, answer: Answer, now: datetime, book: Book) -> Result:
    """What a product answered is said; then an interrupted topic is taken up again."""
    if answer.joined_as:
        state = replace(state, is_member=True, name=answer.joined_as)
    effects: list[Effect] = [Say(answer.text, answer.options, answer.label)]
    if answer.asks:
        topic = Topic(answer.asks, answer.text, now + TOPIC_LASTS)
        kept = tuple(each for each in state.topics if each.intent != answer.asks)
        state = replace(state, topics=(*kept, topic)[-TOPICS_MAX:])
    elif state.topics and not answer.options:
        prompt = state.topics[-1].prompt
        effects.append(Say(phrase(state.language, "back_to", prompt=prompt)))
    state = _remember(state, answer.options, now)
    if answer.joined_as and state.wanted:
        wanted, state = state.wanted, replace(state, wanted="")
        found = understand(wanted, book.commands)
        if found:
            effects.append(Do(found.command.intent, found.argument))
            return state, tuple(effects)
    if answer.joined_as:
        state, more = _offer(state, menu_text(state.language, book), book, now)
        effects.extend(more)
    return state, tuple(effects)


def handed_back(state: State, now: datetime) -> Result:
    """The person who had taken over leaves it to the assistant again."""
    return replace(state, with_person=False, misses=0), (Say(phrase(state.language, "person_gone")),)


def menu_text(language: str, book: Book) -> str:
    """What can be said, one line each."""
    lines = [phrase(language, "can_say")]
    for command in book.commands:
        word = (command.words.get(language) or command.words["en"])[0].upper()
        says = command.says.get(language) or command.says.get("en", "")
        lines.append(f"- *{word}* {says}".rstrip())
    return "\n".join([*lines, "", phrase(language, "any_time")])


@dataclass(frozen=True)
class _Turn:
    state: State
    heard: Heard
    now: datetime
    seed: int
    book: Book

    def of_stranger(self) -> Result:
        """Somebody we do not know: we ask for their name, and remember what they came for."""
        state, heard = self.state, self.heard
        choice = heard.choice or self._picked()
        if choice in (IS_ME, NOT_ME):
            calm = replace(state, options=(), options_until=None)
            return (calm, (Do(IS_ME),)) if choice == IS_ME else self._ask_name(calm)
        found = understand(heard.text, self.book.commands)
        if not state.topics:
            state = replace(state, wanted=heard.text if found else state.wanted, language=self._language(found))
            return self._ask_whether(state, heard.claimant) if heard.claimant else self._ask_name(state)
        return self._named(found)

    def _named(self, found: Understood | None) -> Result:
        """They were asked for their name: a command is kept for later, anything else had better be one."""
        state, heard = self.state, self.heard
        if found and found.is_exact:
            again = phrase(state.language, "name_again")
            return replace(state, wanted=heard.text), (Say(again),)
        name = " ".join(heard.text.split())
        if not is_name(name) or plain(name) in GREETINGS:
            return state, (Say(phrase(state.language, "name_again")),)
        agreed = f"{name} (after: {phrase(state.language, 'welcome', community=self.book.community)[:120]}…)"
        return replace(state, topics=()), (Wants(True, agreed), Do(REGISTER, name))

    def of_member(self) -> Result:
        """In order: what was pressed, a choice by number or words, a way out, a command, the topic, a near miss."""
        state, heard = self.state, self.heard
        if choice := heard.choice or self._picked():
            return self._press(choice)
        if state.options and not state.topics and is_number(heard.text):
            return state, (Say(phrase(state.language, "choose", most=len(state.options)), state.options),)
        if house := self._house_word(plain(heard.text)):
            return house
        return self._command()

    def _command(self) -> Result:
        state, heard = self.state, self.heard
        found = understand(heard.text, self.book.commands)
        if found and (found.is_exact or not state.topics):
            language = self._language(found)
            spoke: tuple[Effect, ...] = (Speak(language),) if language != state.language else ()
            state = replace(state, language=language, misses=0, options=())
            return state, (*spoke, Do(found.command.intent, found.argument))
        if state.topics and heard.text.strip():
            topic = state.topics[-1]
            return replace(state, topics=state.topics[:-1], misses=0), (topic.do(heard.text.strip()),)
        return self._missed()

    def _press(self, choice: str) -> Result:
        intent, _, argument = choice.partition(":")
        if intent == HELP:
            return self._menu()
        if intent == CALL_PERSON:
            return self._call_person()
        kept = tuple(each for each in self.state.topics if each.intent != intent)
        return replace(self.state, topics=kept, options=(), misses=0), (Do(intent, argument),)

    def _house_word(self, said: str) -> Result | None:
        """The words that work at any time."""
        state, language = self.state, self.state.language
        if said in LEAVE:
            return self._leave()
        if said in MENU or self.heard.text.strip() == "?" or word_of(self.heard.text) is Wish.HELP:
            return self._menu()
        if said in PERSON:
            return self._call_person()
        if said in SPEAK:
            state = replace(state, language=SPEAK[said], misses=0)
            return _offer(state, phrase(state.language, "spoken"), self.book, self.now, before=(Speak(SPEAK[said]),))
        if said in GREETINGS or word_of(self.heard.text) is Wish.START:
            name = f" {state.name.split()[0]}" if state.name else ""
            ways = ("greeting", "greeting_2")
            said_back = phrase(language, random.Random(self.seed).choice(ways), name=name)  # noqa: S311 - repeatable on purpose
            return _offer(replace(state, misses=0), said_back, self.book, self.now)
        return None

    def _leave(self) -> Result:
        state, language = self.state, self.state.language
        if not state.topics and not state.options:
            return state, (Say(phrase(language, "nothing_to_leave")),)
        rest = replace(state, topics=state.topics[:-1], options=(), misses=0)
        more = phrase(language, "back_to", prompt=rest.topics[-1].prompt) if rest.topics else ""
        return rest, (Say("\n".join(filter(None, [phrase(language, "left"), more]))),)

    def _menu(self) -> Result:
        state = replace(self.state, misses=0)
        state, effects = _offer(state, menu_text(state.language, self.book), self.book, self.now)
        if state.topics:
            effects = (*effects, Say(phrase(state.language, "back_to", prompt=state.topics[-1].prompt)))
        return state, effects

    def _call_person(self) -> Result:
        said = phrase(self.state.language, "person_called", community=self.book.community)
        state = replace(self.state, with_person=True, topics=(), options=(), misses=0)
        return state, (CallPerson(), Say(said))

    def _missed(self) -> Result:
        language = self.state.language
        state = replace(self.state, misses=self.state.misses + 1)
        if self.heard.has_media and not self.heard.text.strip():
            return _offer(state, phrase(language, "media"), self.book, self.now)
        if state.misses == 1:
            return _offer(
                state, f"{phrase(language, 'missed')}\n\n{menu_text(language, self.book)}", self.book, self.now
            )
        options = (
            Option(CALL_PERSON, phrase(language, "person_title")),
            Option(HELP, phrase(language, "help_title")),
        )
        ask = phrase(language, "ask_person", community=self.book.community)
        return _remember(state, options, self.now), (Say(f"{phrase(language, 'missed_2')} {ask}", options),)

    def _ask_name(self, state: State) -> Result:
        said = phrase(state.language, "welcome", community=self.book.community)
        topic = Topic(REGISTER, phrase(state.language, "name_again"), self.now + OFFER_LASTS)
        return replace(state, topics=(topic,)), (Say(said),)

    def _ask_whether(self, state: State, claimant: str) -> Result:
        options = (Option(IS_ME, phrase(state.language, "yes")), Option(NOT_ME, phrase(state.language, "no")))
        said = phrase(state.language, "is_this_you", name=claimant)
        return _remember(state, options, self.now), (Say(said, options),)

    def _picked(self) -> str | None:
        titles = [option.title for option in self.state.options]
        index = chosen(self.heard.text, titles) if titles else None
        return None if index is None else self.state.options[index].id

    def _language(self, found: Understood | None) -> str:
        """The language in which they spoke, where it shows."""
        said = plain(self.heard.text)
        if said in SWAHILI_GREETINGS:
            return "sw"
        return SPEAK.get(said) or (found.language if found else "") or self.state.language


def is_name(text: str) -> bool:
    """Whether a text can be a person's name: letters, and what stands between them."""
    letters = sum(each.isalpha() for each in text)
    return (
        NAME_MIN <= len(text) <= NAME_MAX
        and letters >= NAME_MIN
        and all(each.isalpha() or each in " .'’-" for each in text)
        and len(text.split()) <= 5
    )


def _awake(state: State, now: datetime) -> State:
    """Without what has been too long ago."""
    topics = tuple(each for each in state.topics if now < each.until)
    is_open = state.options_until is not None and now < state.options_until
    return replace(state, topics=topics, options=state.options if is_open else ())


def _remember(state: State, options: Sequence[Option], now: datetime) -> State:
    return replace(state, options=tuple(options), options_until=now + OFFER_LASTS if options else None)


def _offer(state: State, text: str, book: Book, now: datetime, *, before: tuple[Effect, ...] = ()) -> Result:
    """Say something, with the commands used most as buttons."""
    known = {command.intent: command for command in book.commands}
    options = tuple(
        Option(intent, known[intent].title.get(state.language, known[intent].title["en"]))
        for intent in book.buttons[:BUTTONS_MAX]
        if intent in known
    )
    return _remember(state, options, now), (*before, Say(text, options))
