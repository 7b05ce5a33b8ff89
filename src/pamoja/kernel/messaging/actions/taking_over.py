"""A person in a conversation: taking it over from the assistant, writing in it, handing it back."""

from __future__ import annotations

import logging
from dataclasses import replace
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action
from pamoja.kernel.messaging.actions.conversing import TEXT_MAX, known_state, say, tell, write_down
from pamoja.kernel.messaging.actions.queueing import reply
from pamoja.kernel.messaging.errors import ConversationNotFound, WindowClosed
from pamoja.kernel.messaging.models import Conversation, Line
from pamoja.kernel.messaging.queries import conversing as asking
from pamoja.kernel.messaging.rules import conversing, shortened
from pamoja.kernel.messaging.rules.saying import Say

log = logging.getLogger("pamoja.messaging")

MANAGE = "messaging.manage"


@action
def take_over(*, by: Actor, conversation_id: UUID) -> Conversation:
    """A person answers from now on; the assistant is silent.

    Raises: NotAllowed without `messaging.manage`; ConversationNotFound.
    """
    conversation = _managed(by, conversation_id)
    state = replace(asking.state_of(conversation), with_person=True, topics=(), options=())
    conversation.state, conversation.taken_by_id, conversation.unread = asking.written(state), by.member_id, 0
    conversation.asked_at = conversation.asked_at or clock.now()
    conversation.save()
    tell(conversation)
    return conversation


@action
def hand_back(*, by: Actor, conversation_id: UUID) -> Conversation:
    """The assistant answers again.

    Raises: NotAllowed without `messaging.manage`; ConversationNotFound.
    """
    conversation = _managed(by, conversation_id)
    if conversation.taken_by_id is None and conversation.asked_at is None:
        return conversation
    state, effects = conversing.handed_back(known_state(conversation, conversation.address), clock.now())
    conversation.asked_at = conversation.taken_by_id = None
    conversation.unread = 0
    conversation.state = asking.written(state)
    conversation.save()
    for number, effect in enumerate(effects):
        if isinstance(effect, Say):
            key = f"talk:back:{conversation.pk}:{clock.now().timestamp():.3f}:{number}"
            _say_if_open(conversation, effect, key)
    tell(conversation, always=True)
    return conversation


@action
def write_to(*, by: Actor, conversation_id: UUID, text: str, key: str) -> Line:
    """A person writes in a conversation; whoever writes has taken it over. The same key writes once.

    Raises: NotAllowed without `messaging.manage`; ConversationNotFound; WindowClosed a day after they last wrote.
    """
    conversation = _managed(by, conversation_id)
    state = replace(asking.state_of(conversation), with_person=True, topics=(), options=())
    conversation.state, conversation.taken_by_id, conversation.unread = asking.written(state), by.member_id, 0
    conversation.asked_at = conversation.asked_at or clock.now()
    conversation.save()
    message_id = reply(address_id=conversation.address_id, text=shortened(text, TEXT_MAX), dedupe_key=f"person:{key}")
    known = Line.objects.filter(message_id=message_id).first()
    line = known or write_down(conversation, Line.By.PERSON, text, person_id=by.member_id, message_id=message_id)
    tell(conversation)
    return line


def _managed(by: Actor, conversation_id: UUID) -> Conversation:
    by.require(MANAGE)
    found = asking.conversation_with_id(conversation_id)
    if found is None:
        raise ConversationNotFound()
    return asking.conversation_for_update(found.address_id)


def _say_if_open(conversation: Conversation, said: Say, key: str) -> None:
    try:
        say(conversation, said, key)
    except WindowClosed:
        log.info("a conversation was handed back after its window", extra={"conversation": str(conversation.pk)})
