"""Money that came by itself: recognised by the member's reference, or kept apart until a person knows whose it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pamoja.foundation import ids
from pamoja.foundation.actions import SYSTEM, Actor, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.foundation.money import Money
from pamoja.kernel.ledger.public import Transfer, post, wallet_of
from pamoja.kernel.payments.actions.casework import open_case
from pamoja.kernel.payments.actions.methods import prove_method
from pamoja.kernel.payments.actions.reviewing import MANAGE
from pamoja.kernel.payments.actions.settling import grant
from pamoja.kernel.payments.events import DepositReceived
from pamoja.kernel.payments.models import CollectionAttempt, Deposit, Inlet, Method
from pamoja.kernel.payments.queries.accounts import clearing_account, community_account
from pamoja.kernel.payments.queries.collections import attempt_for_update
from pamoja.kernel.payments.queries.methods import member_with_reference
from pamoja.kernel.payments.rules import rails
from pamoja.kernel.payments.rules.bank_statements import BankLine
from pamoja.kernel.payments.rules.givingback import CaseKind
from pamoja.kernel.payments.rules.methods import MethodKind, MethodState
from pamoja.kernel.payments.rules.references import references_in
from pamoja.kernel.payments.rules.states import AttemptState, CollectionState


@dataclass(frozen=True)
class Came:
    """Money that came by itself: by which rail, its own number there, what was typed, and how the wallet calls it."""

    rail: str
    rail_id: str
    amount: Money
    reference: str
    description: str
    payer: str = ""


@dataclass(frozen=True)
class Imported:
    """What came of a statement's lines."""

    matched: int = 0
    unmatched: int = 0
    known: int = 0


@action
def import_statement(*, by: Actor, lines: Sequence[BankLine]) -> Imported:
    """Post each line once: to the payment that waits for it, to its member's wallet, or apart as a case.

    Raises: NotAllowed.
    """
    by.require(MANAGE)
    return _take_all(lines)


@action
def take_lines(*, by: Actor = SYSTEM, inlet_id: UUID, lines: Sequence[BankLine], cursor: str) -> Imported:
    """The same of what the bank's own list says, and how far it was read."""
    taken = _take_all(lines)
    Inlet.objects.filter(pk=inlet_id).update(cursor=cursor)
    return taken


def _take_all(lines: Sequence[BankLine]) -> Imported:
    # Read again and again, most of them have long been taken: they are looked for all at once.
    told = Deposit.objects.filter(rail=rails.BANK, rail_id__in=[line.line_id for line in lines])
    known = set(told.values_list("rail_id", flat=True))
    counted: Counter[str] = Counter()
    for line in lines:
        counted["known" if line.line_id in known else _take(line)] += 1
        known.add(line.line_id)
    return Imported(**counted)


def _take(line: BankLine) -> str:
    came = Came(rails.BANK, line.line_id, line.amount, line.reference, "Bank transfer", line.payer)
    member_id = member_with_reference(references_in(line.reference))
    if member_id is None:
        keep_deposit(came, None)
        return "unmatched"
    if line.payer:
        _prove_account(member_id, line.payer)
    if not _paid_what_was_asked(member_id, line):
        keep_deposit(came, member_id)
    return "matched"


def _paid_what_was_asked(member_id: UUID, line: BankLine) -> bool:
    waiting = CollectionAttempt.objects.filter(
        rail=rails.BANK, state=AttemptState.ACCEPTED, collection__member_id=member_id,
        collection__amount_minor=line.amount.amount_minor, collection__currency=line.amount.currency,
        collection__state=CollectionState.SUBMITTED,
    ).order_by("began_at")  # fmt: skip
    first = waiting.first()
    if first is None:
        return False
    collection, attempt = attempt_for_update(first.pk)
    if attempt.state != AttemptState.ACCEPTED:
        return False
    grant(collection, attempt)
    entry_id = attempt.entry_id
    assert entry_id is not None  # what is paid is posted
    Deposit.objects.create(
        rail=rails.BANK, rail_id=line.line_id, amount_minor=line.amount.amount_minor, currency=line.amount.currency,
        reference=line.reference, payer=line.payer, member_id=member_id, entry_id=entry_id,
    )  # fmt: skip
    return True


@joins_transaction
def keep_deposit(came: Came, member_id: UUID | None) -> None:
    """Post it once: into the member's wallet, or apart with a case when nobody knows whose it is."""
    if Deposit.objects.filter(rail=came.rail, rail_id=came.rail_id).exists():
        return
    currency, deposit_id = came.amount.currency, ids.new_id()
    credit = wallet_of(member_id, currency) if member_id else community_account("unmatched", currency)
    entry = post(
        key=f"payments.deposit:{came.rail}:{came.rail_id}",
        transfers=[Transfer(debit=clearing_account(came.rail, currency), credit=credit, amount=came.amount)],
        description=came.description,
        reference=came.rail_id[:40],
    )
    Deposit.objects.create(
        id=deposit_id, rail=came.rail, rail_id=came.rail_id, amount_minor=came.amount.amount_minor, currency=currency,
        reference=came.reference, payer=came.payer, member_id=member_id, entry_id=entry.id,
    )  # fmt: skip
    if member_id:
        announce(DepositReceived(deposit_id=deposit_id, member_id=member_id, amount=came.amount))
        return
    open_case(
        kind=CaseKind.UNMATCHED,
        subject=f"deposit:{deposit_id}",
        says=f"A transfer came of which nobody knows whose it is: “{came.reference[:80]}”",
        amount=came.amount,
    )


def _prove_account(member_id: UUID, payer: str) -> None:
    own = Method.objects.filter(
        member_id=member_id, kind=MethodKind.BANK, fingerprint=payer, state=MethodState.PENDING
    ).first()
    if own is not None:
        prove_method(own.pk)
