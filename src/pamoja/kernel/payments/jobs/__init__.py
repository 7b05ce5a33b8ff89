"""Background work: telling the rail, asking the rail, applying webhooks; the network is used between two actions."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from pamoja.foundation import clock
from pamoja.foundation.jobs import every, job
from pamoja.kernel.communities.public import each_community, entered
from pamoja.kernel.payments.actions import (
    asking,
    collecting,
    connecting,
    disputing,
    methods,
    noting,
    paying_out,
    reconciling,
    refunding,
    settling,
)
from pamoja.kernel.payments.actions.asking import PayoutQuestion, Question
from pamoja.kernel.payments.actions.reconciling import Reconciled
from pamoja.kernel.payments.errors import RailFailure
from pamoja.kernel.payments.jobs.incoming import ask_about_arrivals
from pamoja.kernel.payments.jobs.onward import ask_about_payees, move_onwards
from pamoja.kernel.payments.jobs.speaking import for_each_community, spoken
from pamoja.kernel.payments.models import Dispute, Endpoint, Method
from pamoja.kernel.payments.providers.rails import rail_named, read_notice
from pamoja.kernel.payments.queries.inbox import waiting_state_ids
from pamoja.kernel.payments.queries.settings import event_address, rails, sends_out
from pamoja.kernel.payments.queries.sweeping import where_due
from pamoja.kernel.payments.rules.givingback import RefundState
from pamoja.kernel.payments.rules.messages import (
    CollectionAnswer,
    CollectOrder,
    DisputeAnswer,
    Notice,
    PayoutOrder,
    RefundAnswer,
    RefundOrder,
    Submission,
)
from pamoja.kernel.payments.rules.messages import MethodState as MethodSaid
from pamoja.kernel.payments.rules.methods import MethodState

log = logging.getLogger(__name__)

_BATCH = 100
RECONCILED_AT_HOUR = 3


@job("payments.submit_collection")
def submit_collection(*, collection_id: str) -> None:
    """Ask the member's phone, once what went before is known to be unpaid."""
    _submit_collections([UUID(collection_id)])


@job("payments.submit_payout")
def submit_payout(*, payout_id: str) -> None:
    """Tell the rail to pay; telling it twice cannot pay twice."""
    _submit_payouts([UUID(payout_id)])


@job("payments.apply_inbox", retries=False)
def apply_inbox() -> None:
    """Apply the community's waiting webhooks, and ask the rail about what they are about.

    The hot path queues it at most once a community; one that failed is made good by the sweep.
    """
    _apply_webhooks()
    _ask_what_is_due()


@job("payments.submit_refunds")
def submit_refunds() -> None:
    """Tell the rail what is to be given back, and ask it about what it was told."""
    _submit_refunds()


def _submit_refunds() -> None:
    while due := refunding.take_due_refunds(limit=_BATCH):
        for (order, _, _), answer in zip(due, spoken(_refund, due), strict=True):
            refunding.record_refund(refund_id=order.refund_id, answer=answer)


def _refund(due: tuple[RefundOrder, RefundState, str]) -> RefundAnswer:
    order, before, rail_id = due
    rail = rail_named(order.rail)
    if rail_id:
        return rail.query_refund(rail_id, order)
    return rail.refund(order) if before == RefundState.REQUESTED else rail.find_refund(order)


@job("payments.submit_evidence")
def submit_evidence(*, dispute_id: str) -> None:
    """Send the bank what speaks for a payment; the key makes it one answer however often it is sent."""
    dispute = Dispute.objects.filter(pk=dispute_id).first()
    if dispute is not None and dispute.evidence:
        rail_named(dispute.rail).answer_dispute(dispute.rail_id, evidence=dispute.evidence, key=dispute.pk.hex)


def _ask_about_disputes() -> None:
    while due := disputing.take_due_disputes(limit=_BATCH):
        for dispute, answer in zip(due, spoken(_state_of_dispute, due), strict=True):
            if isinstance(answer, RailFailure):
                log.info("a dispute was not asked about", extra={"dispute": str(dispute.pk), "code": answer.code})
            else:
                disputing.record_dispute(dispute_id=dispute.pk, answer=answer)


def _state_of_dispute(dispute: Dispute) -> DisputeAnswer:
    return rail_named(dispute.rail).query_dispute(dispute.rail_id)


@every(seconds=3600, name="payments.reconcile")
def reconcile() -> None:
    """Every night, compare the providers' books of the last days with ours, in each community's own night."""
    for community in each_community():
        if clock.now().astimezone(ZoneInfo(community.time_zone)).hour == RECONCILED_AT_HOUR:
            try:
                reconcile_community()
            except RailFailure as failure:
                log.warning("books were not compared", extra={"community": community.slug, "code": failure.code})


@job("payments.reconcile_now")
def reconcile_now() -> None:
    """The same on demand."""
    reconcile_community()


def reconcile_community(days: int = 8) -> Reconciled | None:
    """The entered community's books with Stripe against Stripe's own; none when it does not pay by card."""
    if "stripe" not in rails():
        return None
    now = clock.now()
    since = now - timedelta(days=days)
    lines = list(rail_named("stripe").movements(since, now + timedelta(minutes=1)))
    # What came a moment ago may not be in both books yet.
    return reconciling.reconcile(rail="stripe", lines=lines, since=since, until=now - timedelta(minutes=15))


@every(seconds=30, name="payments.connect")
def connect() -> None:
    """Let each provider that signs its events know where to send them, once for a community."""
    for_each_community(connect_community, trouble="a provider was not connected")


def connect_community() -> None:
    """The entered community's own address with Stripe, if it pays by it: for events of our account there, and of
    members' accounts where these are paid by it.
    """
    if "stripe" not in rails():
        return
    url = event_address("stripe")
    for hears_payees in (False, True) if sends_out("stripe") else (False,):
        known = Endpoint.objects.filter(rail="stripe", url=url, hears_payees=hears_payees, retired_at__isnull=True)
        if not known.exists():
            key = connecting.endpoint_key(url, hears_payees=hears_payees)
            rail_id, secret = rail_named("stripe").add_endpoint(url, key=key, hears_payees=hears_payees)
            connecting.record_endpoint(
                rail="stripe", url=url, rail_id=rail_id, secret=secret, hears_payees=hears_payees
            )


@every(seconds=5, name="payments.sweep")
def sweep() -> None:
    """Take up whatever is due where something is; trouble in one community does not keep the others waiting."""
    troubles = []
    for community_id in where_due(clock.now()):
        try:
            with entered(community_id):
                sweep_community()
        except Exception as trouble:
            log.exception("The sweep of a community failed", extra={"community": str(community_id)})
            troubles.append(trouble)
    if troubles:
        raise ExceptionGroup("payments were not swept everywhere", troubles)


def sweep_community() -> None:
    """Take up what is due in the entered community: webhooks, questions, expiries, attempts and payouts to submit."""
    _apply_webhooks()
    _ask_what_is_due()
    collecting.expire_collections()
    collections, payouts = asking.take_due_submissions(limit=_BATCH)
    _submit_collections(collections)
    _submit_payouts(payouts)


def _submit_collections(collection_ids: list[UUID]) -> None:
    if not collection_ids:
        return
    doubtful = asking.take_doubtful_attempts(collection_ids=collection_ids)
    answered = _ask([question for _, question in doubtful])
    # Whether an earlier prompt was paid cannot be said now; the sweep comes back to it.
    unclear = {each for (each, _), is_known in zip(doubtful, answered, strict=True) if not is_known}
    ready = [each for each in collection_ids if each not in unclear]
    orders = [order for each in ready if (order := collecting.begin_attempt(collection_id=each))]
    for order, answer in zip(orders, spoken(_collect, orders), strict=True):
        _record_submission(order.attempt_id, answer)


def _collect(order: CollectOrder) -> Submission:
    return rail_named(order.rail).collect(order)


def _record_submission(attempt_id: UUID, submission: Submission | RailFailure) -> None:
    if isinstance(submission, RailFailure):
        settling.record_no_acceptance(attempt_id=attempt_id, failure=submission)
        return
    settling.record_acceptance(attempt_id=attempt_id, submission=submission)
    if submission.answer is not None:
        settling.apply_answer(attempt_id=attempt_id, answer=submission.answer)


def _submit_payouts(payout_ids: list[UUID]) -> None:
    orders = [order for each in payout_ids if (order := paying_out.begin_payout(payout_id=each))]
    for order, answer in zip(orders, spoken(_pay_out, orders), strict=True):
        if isinstance(answer, RailFailure):
            paying_out.record_no_payout_acceptance(payout_id=order.payout_id, failure=answer)
        else:
            paying_out.record_payout_acceptance(payout_id=order.payout_id, submission=answer)


def _pay_out(order: PayoutOrder) -> Submission:
    return rail_named(order.rail).pay_out(order)


def _apply_webhooks() -> None:
    while noting.note_webhooks(read=read_notice, limit=_BATCH) == _BATCH:
        pass
    while waiting := waiting_state_ids(_BATCH):
        for inbox_id in waiting:
            noting.apply_state(read=read_notice, inbox_id=inbox_id)
        if len(waiting) < _BATCH:
            break


def _ask_what_is_due() -> None:
    _submit_refunds()
    _ask_about_disputes()
    while due_methods := methods.take_due_methods():
        _ask_about_methods(due_methods)
    while questions := asking.take_due_attempts(limit=_BATCH):
        _ask(questions)
    ask_about_arrivals()
    while due := asking.take_due_payouts(limit=_BATCH):
        for question, answer in zip(due, spoken(_ask_about_payout, due), strict=True):
            if isinstance(answer, RailFailure):
                log.info("a payout query failed", extra={"payout": str(question.payout_id), "code": answer.code})
            elif answer is not None:
                noting.apply_payout_answer(payout_id=question.payout_id, answer=answer)
    ask_about_payees()
    move_onwards()


def _ask(questions: list[Question]) -> list[bool]:
    """Ask about each and settle what is answered; says which were answered."""
    answers = spoken(_answer, questions)
    for question, answer in zip(questions, answers, strict=True):
        if isinstance(answer, CollectionAnswer):
            settling.apply_answer(attempt_id=question.attempt_id, answer=answer)
        elif isinstance(answer, Submission) or (isinstance(answer, RailFailure) and question.order):
            _record_submission(question.attempt_id, answer)
        if question.is_guess and not isinstance(answer, CollectionAnswer | Submission):
            settling.expire_silent_attempt(attempt_id=question.attempt_id)
    return [isinstance(answer, CollectionAnswer | Submission) for answer in answers]


def _answer(question: Question) -> CollectionAnswer | Submission | None:
    rail = rail_named(question.rail)
    if question.order is not None:
        return rail.find(question.order)
    answer: CollectionAnswer | None = None
    for rail_id in question.rail_ids:
        try:
            answer = rail.query(rail_id)
            if question.is_over and answer.action_url:
                answer = rail.cancel(rail_id)
            break
        except RailFailure as failure:
            log.info("a query failed", extra={"attempt": str(question.attempt_id), "code": failure.code})
    return answer


@job("payments.forget_method")
def forget_method(*, method_id: str) -> None:
    """Let the rail forget what the member removed."""
    method = Method.objects.filter(pk=method_id, state=MethodState.REMOVED).first()
    if method is None or not method.rail_id:
        return
    try:
        rail_named(method.rail).forget_method(method.rail_id)
    except RailFailure as failure:
        if not failure.permanent:  # What is not there any more is forgotten.
            raise


def _ask_about_methods(asked: Sequence[Method]) -> None:
    for method, said in zip(asked, spoken(_state_of_method, asked), strict=True):
        if isinstance(said, RailFailure):
            log.info("a way to pay was not asked about", extra={"method": str(method.pk), "code": said.code})
        else:
            methods.record_method(method_id=method.pk, said=said)


def _state_of_method(method: Method) -> MethodSaid:
    rail = rail_named(method.rail)
    if method.rail_id:
        return rail.method_state(method.rail_id, method.mandate_id)
    return rail.setup_state(method.session_id or "")


def _ask_about_payout(question: PayoutQuestion) -> Notice | None:
    return rail_named(question.rail).query_payout(
        payout_id=question.payout_id, originator_id=question.originator_id, token=question.token
    )
