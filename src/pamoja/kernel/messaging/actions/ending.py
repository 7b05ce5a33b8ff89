"""How a message ends that did not arrive: another channel takes over, or its recipient is told so in their feed."""

from __future__ import annotations

import logging

from pamoja.foundation import clock
from pamoja.foundation.events import announce
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.events import MessageGivenUp
from pamoja.kernel.messaging.models import Address, Message
from pamoja.kernel.messaging.queries import outbox, reaching
from pamoja.kernel.messaging.rules import Channel, Consent, State

log = logging.getLogger("pamoja.messaging")


def end_badly(message: Message, state: State, *, code: str, reason: str) -> None:
    """The locked message ends as `state`; what it says goes on by the next channel that is left, if one is."""
    message.state, message.claimed_at, message.in_doubt = state, None, False
    message.error_code, message.error = code[:40], rules.one_line(reason)[:300]
    message.save(update_fields=[*outbox.PROGRESS])
    learn(message, code)
    if _by_another_channel(message):
        return
    if state == State.WITHHELD:
        log.info("a message was withheld", extra={"message_id": str(message.pk), "code": code})
        return
    log.warning("a message was given up", extra={"message_id": str(message.pk), "code": code})
    if message.community_id is not None:
        announce(
            MessageGivenUp(
                message_id=message.pk,
                member_id=message.member_id,
                channel=message.channel,
                template=message.template,
                reason_code=message.error_code,
            )
        )


def learn(message: Message, code: str) -> None:
    """What a provider's code says about the address, beyond this message."""
    if message.community_id is None or not rules.is_phone_channel(message.channel):
        return
    there = Address.objects.filter(recipient=message.recipient)
    meaning = rules.meaning_of(code)
    if meaning.is_opt_out:
        there.exclude(consent=Consent.WITHDRAWN).update(consent=Consent.WITHDRAWN)
    if meaning.flags_address:
        there.update(unreachable_code=code[:40])


def _by_another_channel(message: Message) -> bool:
    if message.member_id is None or message.community_id is None:
        return False
    whole = outbox.whole(message.pk)
    if whole is None or whole.member is None:
        return False
    ways = reaching.ways_to(whole.member)
    left = [Channel(each) for each in whole.fallbacks]
    while left:
        channel = left.pop(0)
        if channel not in ways:
            continue
        address = ways[channel].address
        successor = Message(
            member_id=whole.member_id,
            channel=channel,
            kind=whole.kind,
            address=address,
            recipient=reaching.recipient_of(channel, address),
            instead_of=whole,
            fallbacks=left,
            template=whole.template,
            data=whole.data,
            language=whole.language,
            priority=whole.priority,
            dedupe_key=f"instead:{whole.pk}",
            subject=whole.subject,
            text=whole.text,
            html=whole.html,
            content=whole.content,
            due_at=clock.now(),
            next_attempt_at=clock.now(),
        )
        Message.objects.bulk_create([successor], ignore_conflicts=True)
        return True
    return False
