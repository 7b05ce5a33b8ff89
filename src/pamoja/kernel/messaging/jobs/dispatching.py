"""Handing over what is due: claim, send, record, with no transaction open while a mail server is spoken to."""

from __future__ import annotations

import logging
import time
from uuid import UUID

from prometheus_client import Gauge

from pamoja.foundation.errors import ProviderFailure
from pamoja.foundation.jobs import enqueue, every, job
from pamoja.kernel.communities.public import each_community
from pamoja.kernel.messaging import actions
from pamoja.kernel.messaging.errors import MailServerAway
from pamoja.kernel.messaging.providers import HandOver, Mailer, SmtpMailer
from pamoja.kernel.messaging.queries import outbox

log = logging.getLogger("pamoja.messaging")

WAITING = Gauge("pamoja_messages_waiting", "Messages that are due and not handed over.", ["community"])
OLDEST_S = Gauge("pamoja_messages_oldest_seconds", "How long the oldest of them has waited.", ["community"])

BATCH = 50
# Together with the longest a single letter may take (four steps of 15 s) well below the lease.
BUSY_S_MAX = 120.0


@job("messaging.dispatch", queue="messages")
def dispatch() -> None:
    """Hand over what the entered community has due; queued with the deed that says something."""
    hand_over_due(SmtpMailer())


@every(seconds=5, name="messaging.sweep", queue="sweeps")
def sweep() -> None:
    """Hand over what became due, is to be tried again, or was left by a dispatcher that died."""
    hand_over_due(SmtpMailer())  # what the installation itself says belongs to no community
    for community in each_community():
        hand_over_due(SmtpMailer())
        left = outbox.waiting()
        WAITING.labels(community.slug).set(left.messages)
        OLDEST_S.labels(community.slug).set(left.oldest_s)


def hand_over_due(mailer: Mailer, *, busy_s_max: float = BUSY_S_MAX) -> None:
    """Batch by batch until nothing is due, the server is away, or it has taken long enough for others to go on."""
    until_s = time.monotonic() + busy_s_max
    while time.monotonic() < until_s and (claimed := actions.claim_due(limit=BATCH)):
        try:
            while claimed and time.monotonic() < until_s:
                _over_one_connection(mailer, claimed, until_s)
        except MailServerAway as away:
            log.warning("the mail server is away: %s", away.code)
            actions.record_failures(message_ids=claimed, code=away.code, reason=str(away), permanent=False)
            return
        actions.put_back(message_ids=claimed)


def _over_one_connection(mailer: Mailer, claimed: list[UUID], until_s: float) -> None:
    """Take from `claimed` what has been tried, until all is or the connection breaks.

    Raises: MailServerAway when there is no connection to begin with.
    """
    with mailer.connected() as hand_over:
        while claimed and time.monotonic() < until_s:
            if not _try(hand_over, claimed.pop(0)):
                return


def _try(hand_over: HandOver, message_id: UUID) -> bool:
    """Whether the connection still holds after this one.

    Killed between the server's answer and the record of it, the message is handed over again after the lease, with
    the same Message-ID; SMTP offers nothing better.
    """
    letter = outbox.letter(message_id)
    if letter is None:
        reason = "its key is no longer in the ring"
        actions.record_failures(message_ids=[message_id], code="undecryptable", reason=reason, permanent=True)
        return True
    try:
        provider_id = hand_over(letter)
    except ProviderFailure as failure:
        actions.record_failures(
            message_ids=[message_id], code=failure.code, reason=str(failure), permanent=failure.permanent
        )
        return not isinstance(failure, MailServerAway)
    actions.record_sent(message_id=message_id, provider_id=provider_id)
    return True


actions.wake_with(lambda: enqueue(dispatch))
