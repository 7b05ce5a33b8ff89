"""What a member does with their wallet: fill it from their phone, send money back to it, ask again after a failure."""

from __future__ import annotations

from uuid import UUID

from pamoja.foundation.actions import Actor, action
from pamoja.foundation.money import Money
from pamoja.kernel.identity.public import SignInNeeded
from pamoja.kernel.payments.actions import guarding
from pamoja.kernel.payments.actions.collecting import collect, try_collection_again
from pamoja.kernel.payments.actions.paying_out import pay_out
from pamoja.kernel.payments.errors import PaymentNotFound
from pamoja.kernel.payments.models import Collection, Payout
from pamoja.kernel.payments.queries.collections import collection as collection_with_id
from pamoja.kernel.payments.queries.collections import collection_with_key
from pamoja.kernel.payments.rules.limits import TOP_UP, WITHDRAWAL


@action
def top_up_wallet(
    *, by: Actor, amount: Money, key: str, rail: str | None = None, method_id: UUID | None = None
) -> Collection:
    """Ask the member once for money for their wallet: with a saved way to pay, by a rail, or as they are used to.

    Raises: SignInNeeded, LimitReached, and all that `collect` does.
    """
    member_id, own_key = _member_id(by), _own_key(by, key)
    guarding.wait_for_turn(member_id)
    is_new = collection_with_key(own_key) is None
    made = collect(
        member_id=member_id,
        amount=amount,
        purpose=TOP_UP,
        key=own_key,
        rail=rail,
        method_id=method_id,
        is_attended=True,
        attempts_max=1,
    )
    if is_new:
        guarding.check_money_in(made)
    return made


@action
def withdraw_from_wallet(
    *, by: Actor, amount: Money, key: str, rail: str | None = None, method_id: UUID | None = None
) -> Payout:
    """Send money from the member's wallet to their own phone or bank.

    Raises: SignInNeeded, and all that `pay_out` does.
    """
    return pay_out(
        member_id=_member_id(by),
        amount=amount,
        purpose=WITHDRAWAL,
        key=_own_key(by, key),
        rail=rail,
        method_id=method_id,
    )


@action
def try_own_payment_again(*, by: Actor, collection_id: UUID) -> Collection:
    """Ask the member's phone again now.

    Raises: SignInNeeded, PaymentNotFound (also when it is somebody else's), CollectionUnderWay, CollectionEnded.
    """
    if collection_with_id(collection_id).member_id != _member_id(by):
        raise PaymentNotFound()
    return try_collection_again(collection_id, is_attended=True)


def _member_id(by: Actor) -> UUID:
    if by.member_id is None:
        raise SignInNeeded()
    return by.member_id


def _own_key(by: Actor, key: str) -> str:
    # One member's key never meets another's.
    return f"{by.member_id}:{key}"[:200]
