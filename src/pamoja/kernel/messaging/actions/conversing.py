"""Understanding what people wrote, doing what they ask, and answering: each step once, whatever is killed."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db import OperationalError, transaction

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action, joins_transaction
from pamoja.foundation.errors import Refusal
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import Member, actor_for, member_with_phone, set_language, short_name
from pamoja.kernel.live.public import publish
from pamoja.kernel.messaging.actions import welcoming
from pamoja.kernel.messaging.actions.queueing import reply
from pamoja.kernel.messaging.actions.reaching import heard_from, known_address, link_address, record_consent
from pamoja.kernel.messaging.actions.reporting import record_delivery
from pamoja.kernel.messaging.actions.talking import Errand, Talk, book, deed_for
from pamoja.kernel.messaging.errors import AddressUnusable
from pamoja.kernel.messaging.models import Address, Conversation, Heard, Line
from pamoja.kernel.messaging.queries import conversing as asking
from pamoja.kernel.messaging.queries.reaching import address_at
from pamoja.kernel.messaging.rules import Channel, Choice, Consent, conversing, fit_choices, saying, shortened
from pamoja.kernel.messaging.rules.incoming import read_reported, read_written
from pamoja.kernel.messaging.rules.phrases import phrase
from pamoja.kernel.messaging.rules.refusing import told
from pamoja.kernel.messaging.rules.saying import Answer, CallPerson, Do, Effect, Option, Say, Speak, State, Wants

log = logging.getLogger("pamoja.messaging")

SET_ASIDE = "set aside"
BUTTONS_MAX, ROWS_MAX = 3, 10
TEXT_MAX, INTERACTIVE_MAX = 1500, 1000


@action
def take_up(*, by: Actor = SYSTEM, limit: int) -> list[UUID]:
    """Take what people wrote into one's hands: nobody else is given it until the lease ends."""
    return asking.claim_written(limit)


@action
def note_reports(*, by: Actor = SYSTEM, limit: int) -> int:
    """Apply what the provider reported of our messages; says of how many."""
    waiting = asking.reports_for_update(limit)
    for heard in waiting:
        try:
            with transaction.atomic():
                _note_report(heard)
        except OperationalError:
            raise
        except Exception:
            # One report that cannot be applied must not keep all others waiting.
            log.exception("a report could not be applied", extra={"heard": str(heard.pk)})
            heard.note = SET_ASIDE
        heard.done_at = clock.now()
        heard.save(update_fields=["done_at", "note"])
    return len(waiting)


@action
def set_aside(*, by: Actor = SYSTEM, heard_id: UUID) -> None:
    """What could not be understood, for a bug of ours, is kept and left, so that those behind it are heard."""
    heard = asking.heard_for_update(heard_id)
    if heard is not None:
        _end(heard, SET_ASIDE)


@action
def understand(*, by: Actor = SYSTEM, heard_id: UUID) -> None:
    """Make out what somebody wrote: the conversation moves on, and what is to be said is queued.

    What is to be done is kept with what was heard, for `next_errand`. Doing it again changes nothing.
    """
    heard = asking.heard_for_update(heard_id)
    if heard is None or heard.understood_at is not None:
        return
    wrote = read_written(str(heard.body))
    try:
        address = heard_from(channel=wrote.channel, address=wrote.address, at=heard.received_at)
    except AddressUnusable:
        _end(heard, "address unusable")
        return
    if not wrote.is_said:
        _end(heard, "a mere sign")
        return
    address, claimant = _recognised(address)
    if wrote.also and address.member_id is not None:
        _keep_id(wrote.also, address)
    conversation = asking.conversation_for_update(address.pk, wrote.name[:80])
    write_down(conversation, Line.By.THEM, wrote.as_read)
    state = known_state(conversation, address)
    said = saying.Heard(text=wrote.text, choice=wrote.choice, has_media=bool(wrote.beside), claimant=claimant)
    was_with_person = state.with_person
    state, effects = conversing.converse(state, said, clock.now(), heard_id.int, book())
    if was_with_person and state.with_person:
        conversation.unread += 1
    heard.understood_at = clock.now()
    _carry_out(heard, conversation, state, effects)


def next_errand(heard_id: UUID) -> Errand | None:
    """What is still to be done about it, if anything."""
    heard = Heard.objects.filter(pk=heard_id, done_at__isnull=True, understood_at__isnull=False).first()
    todo = json.loads(str(heard.todo or "[]")) if heard else []
    if heard is None or not todo:
        return None
    conversation = asking.conversation_with_id(UUID(todo[0]["conversation"]))
    assert conversation is not None
    address, language = conversation.address, str(todo[0]["language"])
    member = None
    if address.member_id is not None:
        member = Member.objects.select_related("person").filter(pk=address.member_id, is_active=True).first()
    talk = None
    if member is not None:
        key = f"talk:{heard.pk}:{heard.step}"
        talk = Talk(member_id=member.pk, by=actor_for(member), key=key, language=language, address_id=address.pk)
    return Errand(talk, address.pk, language, Do(todo[0]["intent"], todo[0]["argument"]), heard.step)


def run(errand: Errand) -> Answer:
    """Do it: a product's deed, outside any transaction. What is refused is an answer, too; a bug is not hidden."""
    try:
        if errand.do.intent in welcoming.DEEDS:
            return welcoming.DEEDS[errand.do.intent](errand)
        deed = deed_for(errand.do.intent)
        if deed is None or errand.talk is None:
            return Answer(phrase(errand.language, "not_in_use"))
        return deed(errand.talk, errand.do.argument)
    except Refusal as refusal:
        return Answer(told(refusal, errand.language))


@action
def answer(*, by: Actor = SYSTEM, heard_id: UUID, step: int, answer: Answer) -> None:
    """Say what became of an errand and go on; a step that was answered before is not answered again."""
    heard = asking.heard_for_update(heard_id)
    if heard is None or heard.step != step:
        return
    todo = json.loads(str(heard.todo or "[]"))
    found = asking.conversation_with_id(UUID(todo[0]["conversation"]))
    assert found is not None
    conversation = asking.conversation_for_update(found.address_id)
    state = known_state(conversation, conversation.address)
    heard.todo = json.dumps(todo[1:])
    heard.step += 1
    state, effects = conversing.answered(state, answer, clock.now(), book())
    _carry_out(heard, conversation, state, effects)


@joins_transaction
def _carry_out(heard: Heard, conversation: Conversation, state: State, effects: Sequence[Effect]) -> None:
    todo = json.loads(str(heard.todo or "[]"))
    for number, effect in enumerate(effects):
        key = f"talk:{heard.pk}:{heard.step}:{number}"
        if isinstance(effect, Say):
            say(conversation, effect, key)
        elif isinstance(effect, Do):
            todo.append(
                {
                    "intent": effect.intent,
                    "argument": effect.argument,
                    "language": state.language,
                    "conversation": str(conversation.pk),
                }
            )
        elif isinstance(effect, Wants):
            record_consent(
                address_id=conversation.address_id,
                wants=effect.wants,
                wording=effect.wording,
                how=conversation.address.channel,
            )
        elif isinstance(effect, Speak) and conversation.address.member_id:
            set_language(member_id=conversation.address.member_id, language=effect.language)
        elif isinstance(effect, CallPerson):
            conversation.asked_at = clock.now()
            conversation.unread += 1
    heard.todo = json.dumps(todo)
    if not todo:
        heard.done_at = clock.now()
    heard.save(update_fields=["todo", "step", "understood_at", "done_at"])
    conversation.state, conversation.spoke_at = asking.written(state), clock.now()
    conversation.save(update_fields=["state", "spoke_at", "asked_at", "unread"])
    tell(conversation)


def say(conversation: Conversation, said: Say, key: str) -> None:
    """Queue it in the form the channel has for choices: buttons, a list, or numbers to type."""
    channel, text = conversation.address.channel, said.text
    options = said.options[:ROWS_MAX]
    as_rows = len(options) > BUTTONS_MAX or any(option.description for option in options)
    choices = fit_choices([Choice(each.id, each.title, each.description) for each in options], as_rows=as_rows)
    if options and channel != Channel.WHATSAPP:
        text, choices = f"{text}\n{_numbered(options)}", ()
    text = shortened(text, INTERACTIVE_MAX if choices else TEXT_MAX)
    message_id = reply(
        address_id=conversation.address_id,
        text=text,
        dedupe_key=key,
        buttons=() if as_rows else choices,
        rows=choices if as_rows else (),
        rows_label=(said.label or phrase(asking.state_of(conversation).language, "menu")) if as_rows else "",
        even_after_stop=True,
    )
    write_down(conversation, Line.By.ASSISTANT, text, options=[each.title for each in options], message_id=message_id)


def _numbered(options: Sequence[Option]) -> str:
    return "\n".join(f"{number}. {option.title}" for number, option in enumerate(options, start=1))


def write_down(
    conversation: Conversation,
    by: Line.By,
    text: str,
    *,
    options: Sequence[str] = (),
    person_id: UUID | None = None,
    message_id: UUID | None = None,
) -> Line:
    """Keep one thing that was said, for whoever reads the conversation later."""
    return Line.objects.create(
        conversation=conversation,
        by=by,
        text=text,
        options=list(options),
        person_id=person_id,
        message_id=message_id,
    )


def tell(conversation: Conversation, *, always: bool = False) -> None:
    """Open pages hear of what a person has to do with; of the assistant's chatter they do not."""
    if always or conversation.asked_at or conversation.taken_by_id:
        publish("conversations:all", "changed", conversation=str(conversation.pk))


def _recognised(address: Address) -> tuple[Address, str]:
    """Whose address it is, where the number proves it: a phone that its owner has shown to be theirs.

    Else also who says in their profile that this number is theirs, and has not shown it.
    """
    if address.member_id is not None or not str(address.address).startswith("+"):
        return address, ""
    owner = member_with_phone(str(address.address))
    if owner is None or not owner.is_active:
        return address, ""
    if owner.person.phone_verified_at is None:
        return address, short_name(owner.name)
    link_address(address_id=address.pk, member_id=owner.pk)
    address.refresh_from_db()
    return address, ""


def _keep_id(user_id: str, address: Address) -> None:
    """The id that goes with a member's number is theirs too: so they are known when they hide the number one day.

    What they agreed to or withdrew at the number holds there as well. An id of no form that we know is left alone.
    """
    known = address_at(Channel.WHATSAPP, user_id)
    if known is not None and known.member_id is not None:
        return
    try:
        known = known_address(channel=Channel.WHATSAPP, address=user_id, member_id=address.member_id)
    except AddressUnusable:
        return
    consent = known.consent if known.consent == Consent.WITHDRAWN else address.consent
    Address.objects.filter(pk=known.pk).update(member_id=address.member_id, consent=consent)


def known_state(conversation: Conversation, address: Address) -> State:
    """What the conversation remembers, with what is known of the member by now."""
    state = asking.state_of(conversation)
    is_new = not conversation.state
    if address.member_id is None:
        return replace(state, language=current_community().language) if is_new else state
    member = Member.objects.select_related("person").get(pk=address.member_id)
    language = member.person.language if is_new else state.language
    return replace(state, is_member=True, name=member.name, language=language)


def _note_report(heard: Heard) -> None:
    said = read_reported(str(heard.body))
    record_delivery(
        provider_id=said.provider_id,
        state=said.state,
        error_code=said.error_code,
        message_id=said.message_id,
        at=heard.received_at,
    )


def _end(heard: Heard, note: str) -> None:
    heard.understood_at = heard.done_at = clock.now()
    heard.note = note
    heard.save(update_fields=["understood_at", "done_at", "note"])
