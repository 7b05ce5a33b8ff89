"""Asking, sending and looking at the books, in as few words as a spec needs."""

from __future__ import annotations

import itertools
import json
from typing import Any
from uuid import UUID

from django.db import transaction

from pamoja.foundation import crypto
from pamoja.foundation.actions import Actor
from pamoja.foundation.money import Money
from pamoja.kernel.ledger.public import Transfer, account_of, balance, open_account, post, wallet_of
from pamoja.kernel.payments.actions import noting, settling
from pamoja.kernel.payments.actions.collecting import begin_attempt
from pamoja.kernel.payments.models import Collection, CollectionAttempt, Payout, WebhookInbox
from pamoja.kernel.payments.providers.rails import read_notice
from pamoja.kernel.payments.public import collect, pay_out
from pamoja.kernel.payments.rules.messages import CollectionAnswer, NoticeKind, Submission

_keys = itertools.count(1)


def kes(shillings: int) -> Money:
    return Money(shillings * 100, "KES")


def ask(*, member_id: UUID, shillings: int, **differs: Any) -> Collection:
    """A committed request for money."""
    usual: dict[str, Any] = {
        "amount": kes(shillings),
        "purpose": f"tests.gift:{next(_keys)}",
        "key": f"key-{next(_keys)}",
    }
    with transaction.atomic():
        return collect(member_id=member_id, **(usual | differs))


def send(*, member_id: UUID, shillings: int, filled: int | None = None, **differs: Any) -> Payout:
    """A committed payout, after the wallet was given as much (or `filled`)."""
    usual: dict[str, Any] = {"purpose": "wallet.withdrawal", "key": f"key-{next(_keys)}"}
    with transaction.atomic():
        if (given := shillings if filled is None else filled) > 0:
            fill_wallet(member_id, given)
        return pay_out(member_id=member_id, amount=kes(shillings), **(usual | differs))


def operator() -> Actor:
    """Somebody who may manage payments."""
    return Actor(kind="member", label="an operator", permissions=frozenset({"payments.manage"}))


def fill_wallet(member_id: UUID, shillings: int) -> None:
    bank = open_account(owner="community", purpose="gifts", currency="KES", floor_minor=None)
    transfer = Transfer(debit=bank, credit=wallet_of(member_id, "KES"), amount=kes(shillings))
    post(key=f"gift-{next(_keys)}", transfers=[transfer], description="A gift")


def wallet(member_id: UUID) -> tuple[int, int]:
    """What the wallet holds and what of it is free. Units: shillings."""
    account = account_of(owner=f"member:{member_id}", purpose="wallet", currency="KES")
    if account is None:
        return 0, 0
    found = balance(account)
    return found.posted.amount_minor // 100, found.available.amount_minor // 100


def clearing() -> int:
    """What the rail owes the community's books, as they hold it. Units: shillings, money in is negative."""
    account = account_of(owner="rail:mpesa", purpose="clearing", currency="KES")
    return 0 if account is None else balance(account).posted.amount_minor // 100


def submitted(collection: Collection, rail_id: str = "ws_CO_1") -> CollectionAttempt:
    """The collection's next attempt, accepted by the rail under this id."""
    order = begin_attempt(collection_id=collection.pk)
    assert order is not None
    settling.record_acceptance(attempt_id=order.attempt_id, submission=Submission(rail_id=rail_id, other_id="m-1"))
    return CollectionAttempt.objects.get(pk=order.attempt_id)


def answered(attempt: CollectionAttempt, code: str | None, rail_id: str = "ws_CO_1") -> CollectionAttempt:
    """The rail answers our question about the attempt."""
    settling.apply_answer(attempt_id=attempt.pk, answer=CollectionAnswer(rail_id=rail_id, code=code, text="said"))
    attempt.refresh_from_db()
    return attempt


def push_callback(rail_id: str, code: int = 0, *, shillings: int = 500, receipt: str = "SKL7TLTQA2") -> bytes:
    """What M-PESA posts about a prompt."""
    told: dict[str, Any] = {"MerchantRequestID": "m-1", "CheckoutRequestID": rail_id, "ResultCode": code}
    if code == 0:
        items = [{"Name": "Amount", "Value": float(shillings)}, {"Name": "MpesaReceiptNumber", "Value": receipt}]
        told["CallbackMetadata"] = {"Item": [*items, {"Name": "Balance"}]}
    return json.dumps({"Body": {"stkCallback": told | {"ResultDesc": "said"}}}).encode()


def claimed(
    attempt: CollectionAttempt, rail_id: str, *, is_trusted: bool = True, body: bytes = b"", **said: Any
) -> WebhookInbox:
    """A webhook about the attempt came in, and was noted."""
    row = came_in(attempt, body or push_callback(rail_id, **said), is_trusted=is_trusted)
    noting.note_webhooks(read=read_notice)
    row.refresh_from_db()
    return row


def came_in(attempt: CollectionAttempt, body: bytes, *, is_trusted: bool = True) -> WebhookInbox:
    """A webhook about the attempt, kept as the hot path keeps it: once."""
    text = body.decode("latin-1")
    row, _ = WebhookInbox.objects.get_or_create(
        kind=NoticeKind.COLLECTION,
        subject_id=attempt.pk,
        fingerprint=crypto.blind_index(text, "payments_inbox.fingerprint"),
        defaults={"rail": "mpesa", "body": text, "source": "127.0.0.1", "is_trusted": is_trusted},
    )
    return row
