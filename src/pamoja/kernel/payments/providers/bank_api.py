"""Speaks to a bank that can be told and asked by program. Source: `sandbox/README.md`; why so: decision 0013.

A real bank's own contract is an adapter beside this one. Nothing here logs an account, a name or a token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from pamoja.foundation import tls
from pamoja.foundation.money import Money
from pamoja.kernel.payments.errors import RailFailure
from pamoja.kernel.payments.providers.bank import Bank
from pamoja.kernel.payments.rules.bank_statements import BankLine
from pamoja.kernel.payments.rules.banking import mark_of, sealed_account
from pamoja.kernel.payments.rules.messages import FeedPage, Found, Notice, PayoutOrder, Submission

TIMEOUT = httpx.Timeout(connect=5, read=25, write=10, pool=10)
LIMITS = httpx.Limits(max_connections=16, keepalive_expiry=4)
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_FOUND = {"accepted": Found.PENDING, "executed": Found.COMPLETED, "rejected": Found.FAILED}


@dataclass(frozen=True)
class BankAccess:
    """Where the bank answers, and what it knows us by."""

    base_url: str
    token: str = field(repr=False)


class BankApi(Bank):
    """The same rail as by hand, but payments are made and asked about, and the list is read, by program."""

    def __init__(self, access: BankAccess) -> None:
        self._http = httpx.Client(
            base_url=access.base_url,
            timeout=TIMEOUT,
            limits=LIMITS,
            verify=tls.trusted(),
            headers={"Authorization": f"Bearer {access.token}"},
        )

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def pay_out(self, order: PayoutOrder) -> Submission:
        """Make a payment, once for the originator id. Raises: RailFailure."""
        payee = sealed_account(order.payee)
        creditor = {"name": payee.holder, "account": payee.account, "sort_code": payee.sort_code}
        body = {
            "account": order.account,
            "amount_minor": order.amount.amount_minor,
            "currency": order.amount.currency,
            "reference": order.remarks,
            "creditor": creditor,
        }
        answer = self._ask("POST", "/payments", json=body, headers={"Idempotency-Key": order.originator_id})
        return Submission(rail_id=str(answer.get("id") or ""), other_id=order.originator_id)

    def query_payout(self, *, payout_id: UUID, originator_id: str, token: str) -> Notice:
        """What became of the payment that was made with this key. Raises: RailFailure."""
        made = self._ask("GET", "/payments", params={"key": originator_id}).get("payments")
        if not isinstance(made, list):
            raise _failure("its answer was not understood", may_have_happened=True)
        if not made:
            return Notice(found=Found.UNKNOWN_TO_RAIL)
        payment: dict[str, Any] = made[0]
        amount = payment.get("amount_minor")
        return Notice(
            rail_id=str(payment.get("id") or ""),
            other_id=originator_id,
            code=str(payment.get("reason") or "") or "0",
            receipt=str(payment.get("transaction") or ""),
            amount_minor=amount if isinstance(amount, int) else None,
            found=_FOUND.get(str(payment.get("status")), Found.UNCLEAR),
        )

    def feed(self, *, account: str, since: str) -> FeedPage:
        """What came into the account after a cursor or a moment, oldest first. Raises: RailFailure."""
        params = {"account": account, **({"since": since} if since else {})}
        answer = self._ask("GET", "/transactions", params=params)
        try:
            lines = [_line(each) for each in answer["lines"] if each["amount_minor"] > 0]
            return FeedPage(lines=lines, cursor=str(answer.get("next") or since), has_more=bool(answer.get("has_more")))
        except (KeyError, TypeError, ValueError) as error:
            raise _failure("its list was not understood") from error

    def _ask(self, verb: str, path: str, *, headers: Mapping[str, str] | None = None, **said: Any) -> dict[str, Any]:
        try:
            response = self._http.request(verb, path, headers=headers, **said)
            answer = response.json() if response.content else {}
        except httpx.HTTPError as error:
            raise _failure(type(error).__name__, may_have_happened=not isinstance(error, _NEVER_LEFT)) from error
        except ValueError as error:
            raise _failure("no JSON", may_have_happened=True) from error
        if response.is_success and isinstance(answer, dict):
            return answer
        is_busy = response.status_code == httpx.codes.TOO_MANY_REQUESTS
        raise _failure(
            f"HTTP {response.status_code}",
            permanent=response.is_client_error and not is_busy,
            may_have_happened=not response.is_client_error,
            code=str(response.status_code),
        )


def _line(told: dict[str, Any]) -> BankLine:
    return BankLine(
        line_id=str(told["id"])[:100],
        amount=Money(int(told["amount_minor"]), str(told["currency"])),
        reference=str(told.get("reference") or "")[:200],
        payer=mark_of(str(told.get("counterparty_account") or "")),
    )


def _failure(
    why: str, *, permanent: bool = False, may_have_happened: bool = False, code: str = "unreachable"
) -> RailFailure:
    return RailFailure(f"the bank: {why}", permanent=permanent, may_have_happened=may_have_happened, code=code)
