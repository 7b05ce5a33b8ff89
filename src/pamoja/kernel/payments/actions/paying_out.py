"""Sending money from a member's wallet to their phone: held, sent under one id, captured or released."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from pamoja.foundation import clock, ids
from pamoja.foundation.actions import SYSTEM, Actor, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.foundation.money import Money
from pamoja.kernel.ledger.public import HoldId, capture, hold, open_account, release, wallet_of
from pamoja.kernel.payments.actions import guarding
from pamoja.kernel.payments.errors import KeyReused, RailFailure
from pamoja.kernel.payments.events import (
    PayoutConfirmed,
    PayoutDoubted,
    PayoutFailed,
    PayoutRequested,
    PayoutSubmitted,
)
from pamoja.kernel.payments.models import Onward, Payee, Payout
from pamoja.kernel.payments.queries import choosing, settings
from pamoja.kernel.payments.queries import payouts as found
from pamoja.kernel.payments.queries.payees import payee_of
from pamoja.kernel.payments.rules import mpesa, rails, states, timing
from pamoja.kernel.payments.rules.messages import Found, Notice, NoticeKind, PayoutOrder, Submission
from pamoja.kernel.payments.rules.states import Doubt, PayoutState

_WORDS = {"mpesa": "To your phone by M-PESA", "bank": "To your bank account", "stripe": "To your bank by Stripe"}


@joins_transaction
def pay_out(
    *,
    member_id: UUID,
    amount: Money,
    purpose: str,
    key: str,
    rail: str | None = None,
    method_id: UUID | None = None,
) -> Payout:
    """Send money from the member's wallet to their phone or bank account. It is held at once and leaves once a key.

    By the way to be paid that is named, by the rail, or else by the member's first that is fit.

    What a rule or a second person has to be asked about waits, held, in the state WAITING.

    Raises: MoneyOutFrozen, LimitReached, DestinationTooNew; InsufficientFunds (ledger); KeyReused with another body;
        RailUnknown, RailSendsNothing, CurrencyNotCarried, AmountNotWhole, AmountTooSmall, AmountTooLarge, PhoneMissing,
        PhoneUnfit, MethodMissing, MethodNotFound, MethodUnusable, AccountNotProven, PayeeMissing, PayeeNotReady.
    """
    guarding.wait_for_turn(member_id)
    if before := found.payout_with_key(key):
        return _same(before, member_id, amount, purpose)
    way = choosing.way_to_receive(member_id, amount, rail=rail, method_id=method_id)
    guarding.check_money_out(member_id, amount, method_id=way.method_id)
    try:
        with transaction.atomic():
            made = _held(member_id, amount, way, purpose=purpose, key=key)
    except IntegrityError:
        if (before := found.payout_with_key(key)) is None:
            raise
        return _same(before, member_id, amount, purpose)
    if not guarding.held_back(made):
        announce(PayoutRequested(**made.told()))
    return made


def _held(member_id: UUID, amount: Money, way: choosing.Way, *, purpose: str, key: str) -> Payout:
    payout_id = ids.new_id()
    hold_id = hold(
        key=f"payments.payout:{payout_id}",
        account=wallet_of(member_id, amount.currency),
        amount=amount,
        expires_at=None,  # Only the rail ends it: money that may have left must not be spent again.
        description=_WORDS[way.rail],
        reference=ids.public("payout", payout_id),
    )
    return Payout.objects.create(
        id=payout_id,
        member_id=member_id,
        rail=way.rail,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        purpose=purpose,
        key=key,
        phone=way.phone,
        method_id=way.method_id,
        originator_id=payout_id.hex,
        hold_id=hold_id,
        next_submission_at=clock.now(),
    )


@action
def begin_payout(*, by: Actor = SYSTEM, payout_id: UUID) -> PayoutOrder | None:
    """Note that the rail is about to be told, and say what; nothing when it is not its time."""
    now = clock.now()
    payout = found.payout_for_update(payout_id)
    if payout.next_submission_at is None or payout.next_submission_at > now:
        return None
    is_first = payout.submissions_made == 0
    payout.state, payout.next_submission_at = PayoutState.SENT, None
    payout.sent_at = payout.sent_at or now
    payout.submissions_made += 1
    payout.next_query_at = now + timedelta(seconds=timing.PROMPT_HOLD_S)
    payout.save(update_fields=["state", "next_submission_at", "sent_at", "submissions_made", "next_query_at"])
    if is_first:
        announce(PayoutSubmitted(**payout.told()))
    return PayoutOrder(
        payout_id=payout.pk,
        rail=payout.rail,
        amount=payout.amount,
        phone=str(payout.phone),
        originator_id=payout.originator_id,
        remarks=mpesa.description_of(payout.purpose),
        token=settings.webhook_token(NoticeKind.PAYOUT, payout.pk),
        late_token=settings.webhook_token(NoticeKind.PAYOUT_LATE, payout.pk),
        payee=_payee(payout),
        account=settings.bank_account_number() if payout.rail == rails.BANK else "",
        tries=payout.submissions_made,
    )


@action
def record_payout_acceptance(*, by: Actor = SYSTEM, payout_id: UUID, submission: Submission) -> None:
    """The rail took the order: keep its id, and ask it by the schedule. Whatever was settled meanwhile stays."""
    payout = found.payout_for_update(payout_id)
    fields = ["may_have_left"]
    payout.may_have_left = True
    if submission.rail_id and payout.conversation_id is None:
        payout.conversation_id = submission.rail_id
        fields.append("conversation_id")
    if payout.state == PayoutState.SENT:
        payout.state = PayoutState.ACCEPTED
        payout.next_query_at = _next_query_at(payout, clock.now())
        fields += ["state", "next_query_at"]
    payout.save(update_fields=fields)


@action
def record_no_payout_acceptance(*, by: Actor = SYSTEM, payout_id: UUID, failure: RailFailure) -> None:
    """The rail did not take the order. What may have left all the same stays held until the rail says more."""
    payout = found.payout_for_update(payout_id)
    if payout.state != PayoutState.SENT:
        return
    now = clock.now()
    payout.reason_code = failure.code[:40]
    if payout.rail == rails.STRIPE and failure.permanent:
        # Perhaps the member's account there is not what we believe.
        Payee.objects.filter(member_id=payout.member_id, rail_id__isnull=False).update(next_query_at=now)
    if failure.may_have_happened:
        payout.may_have_left = True
        payout.next_query_at = _next_query_at(payout, now)
        payout.save(update_fields=["may_have_left", "next_query_at", "reason_code"])
        return
    again_at = timing.next_technical_try_at(tries_made=payout.submissions_made, now=now)
    if payout.may_have_left and (failure.permanent or again_at is None):
        payout.next_query_at = _next_query_at(payout, now)
        payout.save(update_fields=["next_query_at", "reason_code"])
    elif failure.permanent or again_at is None:
        fail_payout(payout, failure.code or "refused", rails.payout_reason(payout.rail, failure.code))
    else:
        payout.state, payout.next_submission_at, payout.next_query_at = PayoutState.REQUESTED, again_at, None
        payout.save(update_fields=["state", "next_submission_at", "next_query_at", "reason_code"])


def settle_payout(payout: Payout, notice: Notice) -> str:
    """Believe what the rail says of a payout; says in a word what came of it. The row is locked by the caller."""
    has_arrived = notice.found == Found.COMPLETED
    note = "pending"
    if payout.state == PayoutState.CONFIRMED:
        _fill_receipt(payout, notice.receipt)
        note = "settled before"
    elif payout.state == PayoutState.REVIEW and payout.doubt in (Doubt.AMOUNT, Doubt.LATE):
        note = "waits for a person"
    elif payout.state == PayoutState.FAILED and not has_arrived:
        note = "settled before"
    elif has_arrived:
        note = _arrived(payout, notice)
    elif notice.found == Found.FAILED:
        code = found.failure_claimed(payout.pk) or notice.code
        fail_payout(payout, code, rails.payout_reason(payout.rail, code))
        note = "failed"
    elif notice.found == Found.UNKNOWN_TO_RAIL:
        note = _send_again(payout)
    return note


def confirm_payout(payout: Payout) -> None:
    """Capture the hold: the money has left the wallet for the rail. The row is locked by the caller."""
    rail = open_account(owner=f"rail:{payout.rail}", purpose="clearing", currency=payout.currency, floor_minor=None)
    entry = capture(
        key=f"payments.paid_out:{payout.pk}",
        hold_id=HoldId(payout.hold_id),
        credit=rail,
        description=_WORDS[payout.rail],
        reference=payout.receipt or payout.public_id,
    )
    payout.state, payout.entry_id, payout.ended_at, payout.next_query_at = (
        PayoutState.CONFIRMED,
        entry.id,
        clock.now(),
        None,
    )
    payout.reason_code = payout.reason = ""
    if payout.doubt in (Doubt.SILENCE, Doubt.REFUSED):
        payout.doubt = Doubt.NONE
    payout.save(
        update_fields=["state", "entry_id", "ended_at", "next_query_at", "reason_code", "reason", "receipt", "doubt"]
    )
    announce(PayoutConfirmed(**payout.told(), receipt=payout.receipt or ""))
    if payout.rail == rails.STRIPE:
        # The provider has it in the member's name; it goes on to their bank from there.
        sent = payout.receipt or payout.conversation_id or ""
        Onward.objects.create(payout=payout, account=_payee(payout), transfer_id=sent)


def fail_payout(payout: Payout, code: str, reason: str) -> None:
    """Release the hold: the money is the member's again. The row is locked by the caller."""
    release(key=f"payments.released:{payout.pk}", hold_id=HoldId(payout.hold_id), description=reason)
    payout.state, payout.ended_at = PayoutState.FAILED, clock.now()
    payout.next_query_at = payout.next_submission_at = None
    payout.reason_code, payout.reason = code[:40], reason
    if payout.doubt in (Doubt.SILENCE, Doubt.REFUSED):
        payout.doubt = Doubt.NONE
    payout.save(
        update_fields=[
            "state", "ended_at", "next_query_at", "next_submission_at", "reason_code", "reason", "doubt",
        ]
    )  # fmt: skip
    announce(PayoutFailed(**payout.told(), reason_code=payout.reason_code, reason=reason))


def doubt_payout(payout: Payout, doubt: Doubt) -> None:
    """Let a person look; what is held stays held. The row is locked by the caller."""
    payout.state, payout.doubt = PayoutState.REVIEW, doubt
    payout.next_query_at = payout.next_submission_at = None
    payout.resolved_at = None
    payout.save(update_fields=["state", "doubt", "next_query_at", "next_submission_at", "resolved_at"])
    announce(PayoutDoubted(**payout.told(), reason_code=doubt, reason=states.DOUBTS[doubt]))


def _payee(payout: Payout) -> str:
    """To whom, as the rail knows them; a phone is told apart."""
    if payout.rail == rails.STRIPE:
        payee = payee_of(payout.member_id)
        return str(payee.rail_id) if payee else ""
    return str(payout.method.number) if payout.rail == rails.BANK and payout.method else ""


def _arrived(payout: Payout, notice: Notice) -> str:
    if payout.state == PayoutState.FAILED:
        doubt_payout(payout, Doubt.LATE)
        return "waits for a person"
    if notice.amount_minor is not None and notice.amount_minor != payout.amount_minor:
        doubt_payout(payout, Doubt.AMOUNT)
        return "waits for a person"
    _fill_receipt(payout, notice.receipt)
    if payout.state == PayoutState.REQUESTED:
        # It was to be sent once more when word came that the first time had been enough.
        payout.state, payout.next_submission_at = PayoutState.SENT, None
        payout.save(update_fields=["state", "next_submission_at"])
    confirm_payout(payout)
    return "confirmed"


def _send_again(payout: Payout) -> str:
    now = clock.now()
    is_early = payout.sent_at is None or now < timing.silent_at(payout.sent_at)
    if payout.state != PayoutState.SENT or is_early:
        return "pending"
    again_at = timing.next_technical_try_at(tries_made=payout.submissions_made, now=now)
    if again_at is None:
        return "pending"
    # The rail does not know it, and does it once for one originator id: to tell it again cannot pay twice.
    payout.state, payout.next_submission_at, payout.next_query_at = PayoutState.REQUESTED, again_at, None
    payout.save(update_fields=["state", "next_submission_at", "next_query_at"])
    return "to be sent again"


def _fill_receipt(payout: Payout, receipt: str) -> None:
    if not receipt or payout.receipt is not None:
        return
    if not found.is_payout_receipt_free(payout.rail, receipt, payout_id=payout.pk):
        return
    try:
        with transaction.atomic():
            Payout.objects.filter(pk=payout.pk).update(receipt=receipt)
        payout.receipt = receipt
    except IntegrityError:
        pass  # It belongs to a payout of another community; the books do not depend on it.


def _next_query_at(payout: Payout, now: datetime) -> datetime:
    since = payout.sent_at or now
    return timing.next_query_at(since, now) or timing.last_word_at(since)


def _same(before: Payout, member_id: UUID, amount: Money, purpose: str) -> Payout:
    if (before.member_id, before.amount, before.purpose) != (member_id, amount, purpose):
        raise KeyReused()
    return before
