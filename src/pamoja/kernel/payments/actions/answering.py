"""Questions about billing: asked by members, answered and closed by the community."""

from __future__ import annotations

from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action
from pamoja.foundation.events import announce
from pamoja.kernel.payments.actions.reviewing import MANAGE
from pamoja.kernel.payments.errors.billing import QuestionEmpty
from pamoja.kernel.payments.events.billing import QuestionAnswered, QuestionAsked, QuestionResolved
from pamoja.kernel.payments.models import Question, QuestionMessage
from pamoja.kernel.payments.queries import billing as found
from pamoja.kernel.payments.rules.billing import QuestionState


@action
def ask_question(*, by: Actor, member_id: UUID, subject: str, text: str, invoice_id: UUID | None = None) -> Question:
    """A question, about one's own invoice or billing at large.

    Raises: QuestionEmpty, InvoiceNotFound.
    """
    if not subject.strip() or not text.strip():
        raise QuestionEmpty(field="text")
    if invoice_id is not None:
        found.invoice_for_update(invoice_id, member_id=member_id)
    question = Question.objects.create(member_id=member_id, invoice_id=invoice_id, subject=subject.strip()[:120])
    _write(question, text, is_from_member=True)
    announce(QuestionAsked(**question.told()))
    return question


@action
def add_to_question(*, by: Actor, member_id: UUID, question_id: UUID, text: str) -> Question:
    """The member writes again; a question that was closed is open once more.

    Raises: QuestionNotFound, QuestionEmpty.
    """
    question = found.question_for_update(question_id, member_id=member_id)
    _write(question, text, is_from_member=True)
    if question.state != QuestionState.OPEN:
        _move(question, QuestionState.OPEN)
        announce(QuestionAsked(**question.told()))
    return question


@action
def answer_question(*, by: Actor, question_id: UUID, text: str, is_closed: bool = False) -> Question:
    """The community answers, and closes the question when that is all.

    Raises: NotAllowed, QuestionNotFound, QuestionEmpty.
    """
    by.require(MANAGE)
    question = found.question_for_update(question_id)
    _write(question, text, is_from_member=False)
    wanted = QuestionState.RESOLVED if is_closed else QuestionState.ANSWERED
    if question.state not in (wanted, QuestionState.RESOLVED):
        _move(question, wanted)
    announce(QuestionAnswered(**question.told()))
    return question


@action
def close_question(*, by: Actor, question_id: UUID, member_id: UUID | None = None) -> Question:
    """Nothing is left to answer: said by the member whose it is, or by the community.

    Raises: NotAllowed, QuestionNotFound.
    """
    if member_id is None:
        by.require(MANAGE)
    question = found.question_for_update(question_id, member_id=member_id)
    if question.state != QuestionState.RESOLVED:
        _move(question, QuestionState.RESOLVED)
        announce(QuestionResolved(**question.told()))
    return question


def _write(question: Question, text: str, *, is_from_member: bool) -> None:
    if not text.strip():
        raise QuestionEmpty(field="text")
    QuestionMessage.objects.create(question=question, is_from_member=is_from_member, text=text.strip()[:2000])


def _move(question: Question, state: QuestionState) -> None:
    question.state, question.changed_at = state, clock.now()
    question.save(update_fields=["state", "changed_at"])
