"""From the recipient's wallet to the recipient's phone, for those who want it there."""

from __future__ import annotations

from uuid import UUID

from pamoja.foundation.actions import Actor, action
from pamoja.foundation.errors import Refusal
from pamoja.foundation.events import announce
from pamoja.kernel.payments.public import pay_out
from pamoja.products.savings.events import PayoutSent, PayoutStayedInWallet
from pamoja.products.savings.models import CircleMember, RoundPayout
from pamoja.products.savings.queries.locking import payout_for_update

Sending = RoundPayout.Sending


@action
def send_to_phone(*, by: Actor, payout_id: UUID) -> RoundPayout | None:
    """Send a pot (or arrears) on to the recipient's phone, if that is where they want it. Once.

    What cannot be sent stays in the wallet, and the recipient is told why.
    """
    found = payout_for_update(payout_id)
    if found is None:
        return None
    _, payout = found
    if payout.sending != Sending.NONE or payout.recipient.receives_on != CircleMember.ReceivesOn.PHONE:
        return payout
    try:
        sent = pay_out(
            member_id=payout.recipient.member_id, amount=payout.amount, purpose=payout.purpose, key=payout.purpose
        )
    except Refusal as refusal:
        _stayed(payout, refusal.sentence)
        return payout
    payout.sending, payout.payout_id = Sending.ASKED, sent.pk
    payout.save(update_fields=["sending", "payout_id"])
    return payout


@action
def record_sent(*, by: Actor, payout_id: UUID) -> RoundPayout | None:
    """The money has reached the phone. Recording it again changes nothing."""
    found = payout_for_update(payout_id)
    if found is None:
        return None
    circle, payout = found
    if payout.sending != Sending.SENT:
        payout.sending, payout.sending_message = Sending.SENT, ""
        payout.save(update_fields=["sending", "sending_message"])
        announce(
            PayoutSent(
                circle_id=circle.pk,
                payout_id=payout.pk,
                recipient_id=payout.recipient.member_id,
                amount=payout.amount,
            )
        )
    return payout


@action
def record_not_sent(*, by: Actor, payout_id: UUID, reason: str) -> RoundPayout | None:
    """The money could not be sent, or came back from the bank it was sent to, and is free in the wallet again."""
    found = payout_for_update(payout_id)
    if found is None:
        return None
    _, payout = found
    if payout.sending in (Sending.ASKED, Sending.SENT):
        _stayed(payout, reason)
    return payout


def _stayed(payout: RoundPayout, reason: str) -> None:
    payout.sending, payout.sending_message = Sending.FAILED, reason[:300]
    payout.save(update_fields=["sending", "sending_message"])
    announce(
        PayoutStayedInWallet(
            circle_id=payout.circle_id,
            payout_id=payout.pk,
            recipient_id=payout.recipient.member_id,
            amount=payout.amount,
            reason=reason,
        )
    )
