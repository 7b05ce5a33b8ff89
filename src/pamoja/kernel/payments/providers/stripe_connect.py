"""Stripe as a rail that pays members: their accounts there, transfers to these, and on from there to their banks.

Every deed has our own key. Stripe keeps the answer to a key, even one that says only that something broke or that it
was refused; so a deed that is told again looks in Stripe's list first, and then goes under the keys it had before, in
their order, and under one more. Source: contract Stripe §4.11; why so: decision 0015.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from pamoja.foundation import ids
from pamoja.kernel.communities.public import current_community_id
from pamoja.kernel.payments.errors import RailFailure
from pamoja.kernel.payments.providers.base import BaseRail
from pamoja.kernel.payments.providers.stripe_http import NOT_UNDERSTOOD, UNREACHABLE, Declined, StripeHttp
from pamoja.kernel.payments.providers.stripe_objects import onward_of, payee_of, text
from pamoja.kernel.payments.rules.messages import (
    Found,
    Notice,
    OnwardAnswer,
    OnwardOrder,
    PayeeOrder,
    PayoutOrder,
    Submission,
)
from pamoja.kernel.payments.rules.payees import PayeeSaid

PAYEE_EVENTS = (
    "account.updated", "account.external_account.created", "account.external_account.updated",
    "account.external_account.deleted", "capability.updated", "payout.updated", "payout.paid", "payout.failed",
    "payout.canceled",
)  # fmt: skip
"""What we want to be told of members' accounts; each is cause to ask."""

_GONE = frozenset({"account_invalid", "resource_missing"})
_SKEW = timedelta(minutes=10)


class StripeConnect(BaseRail):
    """What of Stripe pays people."""

    def __init__(self, http: StripeHttp) -> None:
        self._http = http

    def open_payee(self, order: PayeeOrder) -> str:
        """Open a member's account, once; says Stripe's name for it. Raises: RailFailure."""
        if order.is_repeated and (found := self._opened(order)):
            return found
        form = {
            "country": order.country,
            "email": order.email or None,
            "business_type": "individual",
            "business_profile": {"product_description": "Savings paid out by a community"},
            "capabilities": {"transfers": {"requested": True}},
            "controller": {
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
                "requirement_collection": "stripe",
                "stripe_dashboard": {"type": "express"},
            },
            "settings": {"payouts": {"schedule": {"interval": "manual"}}},
            "metadata": {"payee": order.payee_id.hex, "community": current_community_id().hex},
        }
        return text(self._once("/v1/accounts", form, key=f"payee-{order.payee_id.hex}").get("id"))

    def payee_page(self, order: PayeeOrder) -> str:
        """A page of Stripe's on which the member tells what is missing; it opens once. Raises: RailFailure."""
        form = {
            "account": order.rail_id,
            "type": "account_onboarding",
            "return_url": order.return_url,
            "refresh_url": order.refresh_url,
        }
        # Each visit has a link of its own: telling it twice makes two, of which one is never opened.
        return text(self._once("/v1/account_links", form, key=f"link-{ids.new_id().hex}").get("url"))

    def payee_desk(self, rail_id: str) -> str:
        """A page of Stripe's on which a member who is paid changes their bank account. Raises: RailFailure."""
        made = self._once(f"/v1/accounts/{rail_id}/login_links", {}, key=f"desk-{ids.new_id().hex}")
        return text(made.get("url"))

    def payee_state(self, rail_id: str) -> PayeeSaid:
        """How a member's account stands; one that Stripe does not know any more is gone. Raises: RailFailure."""
        try:
            return payee_of(self._http.get(f"/v1/accounts/{rail_id}"))
        except RailFailure as failure:
            if failure.code not in _GONE:
                raise
            return payee_of({"id": rail_id, "deleted": True})

    def pay_out(self, order: PayoutOrder) -> Submission:
        """Transfer money to the member's account there, once for an originator id. Raises: RailFailure."""
        form = {
            "amount": order.amount.amount_minor,
            "currency": order.amount.currency.lower(),
            "destination": order.payee,
            "transfer_group": order.originator_id,
            "description": order.remarks,
            "metadata": {"payout": order.payout_id.hex, "community": current_community_id().hex},
        }
        made = self._under_keys(
            lambda key: self._once("/v1/transfers", form, key=key),
            lambda: self._transferred(order.originator_id),
            key=f"transfer-{order.originator_id}",
            tries=order.tries,
        )
        return Submission(rail_id=text(made.get("id")), other_id=order.originator_id)

    def query_payout(self, *, payout_id: UUID, originator_id: str, token: str) -> Notice:
        """What became of the transfer that was made for this payout. Raises: RailFailure."""
        made = self._transferred(originator_id)
        if made is None:
            return Notice(found=Found.UNKNOWN_TO_RAIL)
        amount = made.get("amount")
        return Notice(
            rail_id=text(made.get("id")),
            other_id=originator_id,
            code="0",
            receipt=text(made.get("id")),
            amount_minor=amount if isinstance(amount, int) else None,
            found=Found.COMPLETED,
        )

    def send_on(self, order: OnwardOrder) -> OnwardAnswer:
        """Send what is on the member's account on to their bank, once for a payout. Raises: RailFailure."""
        form = {
            "amount": order.amount.amount_minor,
            "currency": order.amount.currency.lower(),
            "metadata": {"payout": order.payout_id.hex, "community": current_community_id().hex},
        }
        made = self._under_keys(
            lambda key: self._once("/v1/payouts", form, key=key, on_account=order.account),
            lambda: self._sent_on(order),
            key=f"onward-{order.payout_id.hex}",
            tries=order.tries,
        )
        return onward_of(made)

    def find_onward(self, order: OnwardOrder) -> OnwardAnswer:
        """What became of sending it on, when its answer was lost; none when it is not there. Raises: RailFailure."""
        made = self._sent_on(order)
        return OnwardAnswer() if made is None else onward_of(made)

    def query_onward(self, order: OnwardOrder) -> OnwardAnswer:
        """Whether it has reached the bank. Raises: RailFailure."""
        return onward_of(self._http.get(f"/v1/payouts/{order.rail_id}", on_account=order.account))

    def cancel_onward(self, order: OnwardOrder) -> OnwardAnswer:
        """Let it not leave for the bank, if it has not; says how it stands then. Raises: RailFailure."""
        try:
            path = f"/v1/payouts/{order.rail_id}/cancel"
            return onward_of(self._once(path, {}, key=f"cancel-{order.rail_id}", on_account=order.account))
        except RailFailure as failure:
            if not failure.permanent:
                raise
            return self.query_onward(order)  # It has left already.

    def take_back(self, order: OnwardOrder) -> OnwardAnswer:
        """Reverse the transfer in full, once for a payout. Raises: RailFailure."""
        form = {"metadata": {"payout": order.payout_id.hex, "community": current_community_id().hex}}
        path = f"/v1/transfers/{order.transfer_id}/reversals"
        made = self._under_keys(
            lambda key: self._once(path, form, key=key),
            lambda: self._taken_back(order),
            key=f"back-{order.payout_id.hex}",
            tries=order.tries,
        )
        return OnwardAnswer(rail_id=text(made.get("id")), state="came_back")

    def _opened(self, order: PayeeOrder) -> str:
        since = {"gte": int((order.made_at - _SKEW).timestamp())}
        for account in self._http.listed("/v1/accounts", created=since):
            if _of(account, "payee") == order.payee_id.hex:
                return text(account.get("id"))
        return ""

    def _transferred(self, group: str) -> dict[str, Any] | None:
        return next(iter(self._http.listed("/v1/transfers", transfer_group=group, most=1)), None)

    def _sent_on(self, order: OnwardOrder) -> dict[str, Any] | None:
        since = {"gte": int((order.since - _SKEW).timestamp())} if order.since else None
        for payout in self._http.listed("/v1/payouts", on_account=order.account, created=since or {}):
            if _of(payout, "payout") == order.payout_id.hex:
                return payout
        return None

    def _taken_back(self, order: OnwardOrder) -> dict[str, Any] | None:
        """Ours, or whoever else took back all of it."""
        reversals = list(self._http.listed(f"/v1/transfers/{order.transfer_id}/reversals"))
        mine = next((each for each in reversals if _of(each, "payout") == order.payout_id.hex), None)
        has_all = sum(each.get("amount") or 0 for each in reversals) == order.amount.amount_minor
        return mine or (reversals[0] if reversals and has_all else None)

    def _under_keys(
        self,
        deed: Callable[[str], dict[str, Any]],
        find: Callable[[], dict[str, Any] | None],
        *,
        key: str,
        tries: int,
    ) -> dict[str, Any]:
        """Do it under the first key that does it. A key whose answer was final is done with; one that had none is not.

        Raises: RailFailure, of the last key.
        """
        if tries > 1 and (found := find()) is not None:
            return found
        for number in range(1, tries + 1):
            try:
                return deed(key if number == 1 else f"{key}-{number}")
            except RailFailure as failure:
                # It may still be at work on it, or has not looked at it: there is nothing to go on from.
                is_final = failure.permanent or failure.may_have_happened
                is_open = failure.code in (UNREACHABLE, NOT_UNDERSTOOD) or not is_final
                if is_open or number == tries:
                    raise
                # Stripe's own error may come after the deed, and this may be the first time that it looked at the key.
                if failure.may_have_happened and (found := find()) is not None:
                    return found
        raise AssertionError("it was told at least once")

    def _once(self, path: str, form: Mapping[str, Any], *, key: str, on_account: str = "") -> dict[str, Any]:
        try:
            return self._http.post(path, form, key=key, on_account=on_account)
        except Declined as said:
            raise unexpected(said) from said


def unexpected(said: Declined) -> RailFailure:
    """A card's answer where no card was asked."""
    return RailFailure(f"Stripe declined: {said}"[:300], permanent=True, may_have_happened=False, code=str(said))


def _of(thing: dict[str, Any], name: str) -> str:
    return text((thing.get("metadata") or {}).get(name))
