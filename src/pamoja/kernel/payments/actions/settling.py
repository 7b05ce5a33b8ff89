"""Settling what the rail says about a prompt: once, under lock, whatever comes and in whatever order."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action
from pamoja.foundation.events import announce
from pamoja.kernel.identity.public import confirm_phone, time_zone_of
from pamoja.kernel.ledger.public import Transfer, open_account, post, wallet_of
from pamoja.kernel.live.public import publish
from pamoja.kernel.payments.actions.collecting import end
from pamoja.kernel.payments.actions.methods import fail_method, prove_method
from pamoja.kernel.payments.errors import NOT_DONE, RailFailure
from pamoja.kernel.payments.events import (
    CollectionConfirmed,
    CollectionDoubted,
    CollectionFailed,
    SurplusReceived,
)
from pamoja.kernel.payments.models import Collection, CollectionAttempt
from pamoja.kernel.payments.queries import collections as found
from pamoja.kernel.payments.queries import settings
from pamoja.kernel.payments.queries.methods import method_for_update
from pamoja.kernel.payments.rules import rails, states, stripe, timing
from pamoja.kernel.payments.rules.messages import CollectionAnswer, Submission
from pamoja.kernel.payments.rules.states import AttemptState, CollectionState, Doubt
from pamoja.kernel.payments.rules.verdicts import Meaning, Verdict

_NO_ANSWER = "M-PESA did not answer. If a request still appears on the phone, it may be paid."
_REFUSED = "{} does not accept our request. We have been told."
_BUSY = "{} is busy."


@action
def record_acceptance(*, by: Actor = SYSTEM, attempt_id: UUID, submission: Submission) -> None:
    """The rail took the order: keep its ids, and ask it by the schedule. Whatever was settled meanwhile stays."""
    _, attempt = found.attempt_for_update(attempt_id)
    fields = ["merchant_request_id"]
    attempt.merchant_request_id = submission.other_id
    if attempt.checkout_request_id is None:
        attempt.checkout_request_id = submission.rail_id
        fields.append("checkout_request_id")
    if attempt.state in (AttemptState.CREATED, AttemptState.SENT):
        attempt.state = AttemptState.ACCEPTED
        fields.append("state")
    if attempt.state != AttemptState.PAID:
        attempt.next_query_at = _next_query_at(attempt, clock.now())
        fields.append("next_query_at")
    attempt.save(update_fields=fields)


@action
def record_no_acceptance(*, by: Actor = SYSTEM, attempt_id: UUID, failure: RailFailure) -> None:
    """The rail did not take the order; when it may have done so all the same, nobody is prompted for a while."""
    collection, attempt = found.attempt_for_update(attempt_id)
    is_repeated = attempt.state == AttemptState.SENT and _can_repeat(attempt) and not attempt.checkout_request_id
    if attempt.state != AttemptState.CREATED and not is_repeated:
        return
    attempt.result_code, attempt.result_text = failure.code[:40], str(failure)[:300]
    # What was told twice and refused the second time may still have been carried out the first time.
    is_certain = failure.permanent or failure.code == NOT_DONE
    if failure.may_have_happened or (is_repeated and not is_certain):
        attempt.state = AttemptState.SENT
        attempt.save(update_fields=["state", "result_code", "result_text"])
        return
    now = clock.now()
    attempt.state, attempt.was_shown, attempt.next_query_at, attempt.ended_at = AttemptState.FAILED, False, None, now
    fields = ["state", "was_shown", "next_query_at", "ended_at", "result_code", "result_text"]
    if failure.permanent:
        attempt.doubt = Doubt.REFUSED
        fields.append("doubt")
    attempt.save(update_fields=fields)
    if collection.state != CollectionState.SUBMITTED:
        return
    if failure.permanent:
        end(collection, CollectionState.GIVEN_UP, failure.code[:40] or "refused", _said(attempt, _REFUSED))
    else:
        again_at = timing.next_technical_try_at(tries_made=found.attempts_refused(collection.pk), now=now)
        _fail_collection(collection, failure.code[:40] or "busy", _said(attempt, _BUSY), again_at)


@action
def apply_answer(*, by: Actor = SYSTEM, attempt_id: UUID, answer: CollectionAnswer) -> None:
    """Believe the rail's answer about a prompt: post the money, try again, or let a person look.

    Only an answer to our own question comes here. It settles an attempt once: what is paid stays paid.
    """
    collection, attempt = found.attempt_for_update(attempt_id)
    if attempt.state == AttemptState.PAID or attempt.doubt == Doubt.AMOUNT:
        return
    if attempt.checkout_request_id is None:
        attempt.checkout_request_id = answer.rail_id
        attempt.save(update_fields=["checkout_request_id"])
    if answer.code is None:
        _still_pending(collection, attempt)
        return
    attempt.result_code, attempt.result_text = answer.code[:40], answer.text[:300]
    meaning = rails.meaning_of(attempt.rail, answer.code)
    if meaning.verdict == Verdict.PAID:
        _paid(collection, attempt, answer)
    elif meaning.verdict == Verdict.PENDING:
        _still_pending(collection, attempt, answer.action_url)
    elif meaning.verdict == Verdict.UNKNOWN:
        doubt_attempt(collection, attempt, Doubt.RESULT)
    else:
        _not_paid(collection, attempt, meaning)


@action
def expire_silent_attempt(*, by: Actor = SYSTEM, attempt_id: UUID) -> None:
    """Nobody answered for this attempt in time: the member may be asked again. A late callback still counts."""
    collection, attempt = found.attempt_for_update(attempt_id)
    now = clock.now()
    is_silent = attempt.state in (AttemptState.CREATED, AttemptState.SENT) and attempt.checkout_request_id is None
    if not is_silent or now < timing.silent_at(attempt.began_at):
        return
    if _can_repeat(attempt):
        # What became of it can be found out; until then, nobody is asked to pay a second time.
        if attempt.next_query_at is None:
            doubt_attempt(collection, attempt, Doubt.SILENCE)
        return
    attempt.state, attempt.doubt, attempt.ended_at = AttemptState.EXPIRED, Doubt.SILENCE, now
    attempt.save(update_fields=["state", "doubt", "ended_at"])
    if collection.state == CollectionState.SUBMITTED:
        _fail_collection(collection, "no_answer", _NO_ANSWER, _next_attempt_at(collection, now))


def grant(collection: Collection, attempt: CollectionAttempt) -> None:
    """Post the money into the member's wallet and say so. Both rows are locked by the caller."""
    now = clock.now()
    receipt = attempt.receipt or ""
    is_first = collection.state != CollectionState.CONFIRMED
    entry = post(
        key=f"payments.collected:{attempt.pk}",
        transfers=[
            Transfer(
                debit=open_account(
                    owner=f"rail:{collection.rail}", purpose="clearing", currency=collection.currency, floor_minor=None
                ),
                credit=wallet_of(collection.member_id, collection.currency),
                amount=collection.amount,
            )
        ],
        description=rails.paid_by(collection.rail, collection.method.kind if collection.method else ""),
        reference=receipt,
    )
    attempt.state, attempt.entry_id, attempt.ended_at, attempt.next_query_at = AttemptState.PAID, entry.id, now, None
    attempt.was_shown, attempt.action_url = True, ""
    if attempt.doubt in (Doubt.SILENCE, Doubt.RESULT, Doubt.NONE):
        attempt.doubt = Doubt.NONE if is_first else Doubt.SURPLUS
    attempt.save(
        update_fields=[
            "state", "entry_id", "ended_at", "next_query_at", "was_shown", "doubt", "result_code", "result_text",
            "action_url",
        ]
    )  # fmt: skip
    if not is_first:
        announce(SurplusReceived(**collection.told(), receipt=receipt))
        return
    collection.state, collection.confirmed_at, collection.next_attempt_at = CollectionState.CONFIRMED, now, None
    collection.reason_code = collection.reason = ""
    collection.save(update_fields=["state", "confirmed_at", "next_attempt_at", "reason_code", "reason"])
    if collection.phone:
        # Whoever approved with the PIN of this number has it in their hands.
        confirm_phone(member_id=collection.member_id, phone=f"+{collection.phone}")
    if collection.method_id:
        prove_method(collection.method_id)
    announce(CollectionConfirmed(**collection.told(), receipt=receipt))


def fail_attempt(collection: Collection, attempt: CollectionAttempt, code: str, reason: str, *, again: bool) -> None:
    """End an attempt without money; the collection waits for its next attempt, or is given up."""
    now = clock.now()
    attempt.state, attempt.ended_at, attempt.action_url = AttemptState.FAILED, now, ""
    if attempt.doubt in (Doubt.SILENCE, Doubt.RESULT):
        attempt.doubt = Doubt.NONE
    attempt.save(
        update_fields=["state", "ended_at", "next_query_at", "doubt", "result_code", "result_text", "action_url"]
    )
    if collection.state not in (CollectionState.SUBMITTED, CollectionState.REVIEW):
        return
    if found.has_undecided_attempt(collection.pk):
        return
    meaning = rails.meaning_of(attempt.rail, code)
    if attempt.rail == rails.STRIPE and stripe.ends_method(code) and collection.method_id:
        fail_method(method_for_update(collection.method_id), reason)
    _fail_collection(collection, code, reason, _next_attempt_at(collection, now, meaning) if again else None)


def doubt_attempt(collection: Collection, attempt: CollectionAttempt, doubt: Doubt) -> None:
    """Let a person look, and post nothing until they did."""
    is_new = attempt.state != AttemptState.REVIEW
    attempt.state, attempt.doubt = AttemptState.REVIEW, doubt
    # An undocumented result may still become a documented one; all else waits for a person.
    attempt.next_query_at = _next_query_at(attempt, clock.now()) if doubt == Doubt.RESULT else None
    attempt.save(update_fields=["state", "doubt", "next_query_at", "result_code", "result_text"])
    if not is_new:
        return
    reason = states.DOUBTS[doubt]
    is_waiting = collection.state in (CollectionState.SUBMITTED, CollectionState.FAILED)
    if is_waiting and not found.has_open_attempt(collection.pk):
        collection.state, collection.next_attempt_at = CollectionState.REVIEW, None
        collection.reason_code, collection.reason = doubt, reason
        collection.save(update_fields=["state", "next_attempt_at", "reason_code", "reason"])
    announce(
        CollectionDoubted(
            **collection.told(),
            reason_code=doubt,
            reason=reason,
        )
    )


def keep_receipt(attempt: CollectionAttempt, receipts: frozenset[str]) -> None:
    """Take the receipt that was claimed; when it is not certain, a person should look, but the money is posted."""
    if attempt.receipt is not None or not receipts:
        return
    receipt = min(receipts)
    if len(receipts) == 1 and found.is_receipt_free(attempt.rail, receipt, attempt_id=attempt.pk):
        try:
            with transaction.atomic():
                CollectionAttempt.objects.filter(pk=attempt.pk).update(receipt=receipt)
        except IntegrityError:
            pass  # It belongs to a payment of another community, which row-level security hides from us.
        else:
            attempt.receipt = receipt
            return
    attempt.doubt = Doubt.RECEIPT
    attempt.save(update_fields=["doubt"])


def _paid(collection: Collection, attempt: CollectionAttempt, answer: CollectionAnswer) -> None:
    claims = found.claims_about(attempt, attempt.checkout_request_id or "")
    amounts = claims.amounts_minor | ({answer.amount_minor} - {None})
    if amounts - {collection.amount_minor}:
        doubt_attempt(collection, attempt, Doubt.AMOUNT)
        return
    keep_receipt(attempt, frozenset({answer.receipt}) if answer.receipt else claims.receipts)
    grant(collection, attempt)


def _not_paid(collection: Collection, attempt: CollectionAttempt, meaning: Meaning) -> None:
    now = clock.now()
    attempt.next_query_at = _next_query_at(attempt, now) if meaning.may_still_be_paid else None
    if attempt.state == AttemptState.FAILED:
        attempt.save(update_fields=["next_query_at", "result_code", "result_text"])
        return
    again = meaning.verdict == Verdict.MAY_RETRY
    fail_attempt(collection, attempt, attempt.result_code, meaning.reason, again=again)


def _still_pending(collection: Collection, attempt: CollectionAttempt, action_url: str = "") -> None:
    now = clock.now()
    next_at = _next_query_at(attempt, now)
    if attempt.state in (AttemptState.CREATED, AttemptState.SENT):
        attempt.state = AttemptState.ACCEPTED
    if action_url and action_url != attempt.action_url:
        # It is the member's turn, who may be looking at a page that waits.
        publish(f"payments:{collection.member_id}", "changed")
    attempt.next_query_at, attempt.action_url = next_at, action_url
    attempt.save(update_fields=["state", "next_query_at", "action_url"])
    if next_at is None and attempt.state in (AttemptState.ACCEPTED, AttemptState.EXPIRED):
        doubt_attempt(collection, attempt, Doubt.SILENCE)


def _next_query_at(attempt: CollectionAttempt, now: datetime) -> datetime | None:
    return timing.next_query_at(attempt.began_at, now, rails.facts_of(attempt.rail).query_after_s)


def _can_repeat(attempt: CollectionAttempt) -> bool:
    return rails.facts_of(attempt.rail).can_repeat


def _said(attempt: CollectionAttempt, sentence: str) -> str:
    return sentence.format("M-PESA" if attempt.rail == rails.MPESA else "The payment provider")


def _next_attempt_at(collection: Collection, now: datetime, meaning: Meaning | None = None) -> datetime | None:
    return timing.next_attempt_at(
        settings.retry_policy(collection.rail),
        attempts_made=found.attempts_shown(collection.pk),
        attempts_max=collection.attempts_max,
        now=now,
        zone=time_zone_of(collection.member_id),
        wait_s=meaning.wait_s if meaning else 0,
        lacks_money=meaning is not None and meaning.lacks_money,
    )


def _fail_collection(collection: Collection, code: str, reason: str, again_at: datetime | None) -> None:
    announce(
        CollectionFailed(
            **collection.told(),
            reason_code=code,
            reason=reason,
            may_retry=again_at is not None,
            next_attempt_at=again_at,
        )
    )
    if again_at is None:
        end(collection, CollectionState.GIVEN_UP, code, reason)
        return
    collection.state, collection.next_attempt_at = CollectionState.FAILED, again_at
    collection.reason_code, collection.reason = code, reason
    collection.save(update_fields=["state", "next_attempt_at", "reason_code", "reason"])
