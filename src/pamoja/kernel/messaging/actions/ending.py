"""How a message ends that did not arrive: another channel takes over, or its recipient is told so in their feed."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from pamoja.foundation import clock
from pamoja.foundation.events import announce
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.events import MessageGivenUp
from pamoja.kernel.messaging.models import Address, Message
from pamoja.kernel.messaging.queries import outbox, reaching
from pamoja.kernel.messaging.rules import Channel, Consent, State

# What the provider took and then could not deliver is tried so often again, after so long or what its code says.
AGAIN_MAX, AGAIN_AFTER = 5, timedelta(minutes=2)
COPIED = [
    "member_id",
    "kind",
    "template",
    "data",
    "language",
    "priority",
    "subject",
    "text",
    "html",
    "content",
    "due_at",
]

log = logging.getLogger("pamoja.messaging")


def end_badly(message: Message, state: State, *, code: str, reason: str) -> None:
    """The locked message ends as `state`; what it says goes on by the next channel that is left, if one is."""
    message.state, message.claimed_at, message.in_doubt = state, None, False
    message.error_code, message.error = code[:40], rules.one_line(reason)[:300]
    message.save(update_fields=[*outbox.PROGRESS])
    learn(message, code)
    if _goes_on(message, code):
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
    if meaning.needs_template:
        there.update(last_inbound_at=None)


def _goes_on(message: Message, code: str) -> bool:
    """Whether another message takes its place: the same way again where that may help, else by the next channel."""
    if message.community_id is None:
        return False
    whole = outbox.whole(message.pk)
    if whole is None:
        return False
    meaning = rules.meaning_of(code)
    may_again = meaning.needs_template or not meaning.is_permanent
    # What the provider refused at once was tried again as itself; this is for what it took and then could not deliver.
    if whole.sent_at is not None and may_again and outbox.generation(whole) < AGAIN_MAX:
        pause = meaning.holds_sender_for or AGAIN_AFTER
        _take_over(whole, Channel(whole.channel), str(whole.address), whole.fallbacks, clock.now() + pause)
        return True
    if whole.member is None:
        return False
    ways = reaching.ways_to(whole.member)
    left = [Channel(each) for each in whole.fallbacks]
    while left:
        channel = left.pop(0)
        if channel in ways:
            _take_over(whole, channel, ways[channel].address, [each.value for each in left], clock.now())
            return True
    return False


def _take_over(whole: Message, channel: Channel, address: str, fallbacks: list[str], at: datetime) -> None:
    """The same words under a row of their own; due when they first were, so that what came later still waits."""
    same = {name: getattr(whole, name) for name in COPIED}
    successor = Message(
        **same,
        channel=channel,
        address=address,
        recipient=reaching.recipient_of(channel, address),
        instead_of=whole,
        fallbacks=fallbacks,
        dedupe_key=f"instead:{whole.pk}",
        next_attempt_at=at,
    )
    Message.objects.bulk_create([successor], ignore_conflicts=True)
