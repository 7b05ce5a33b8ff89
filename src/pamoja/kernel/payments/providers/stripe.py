"""Stripe as a rail: cards and Direct Debits that members saved on its own pages, their refunds and disputes.

Every deed has our own key, so that telling it twice does it once; every state is what Stripe says when asked, never
what an event claims. Source: contract Stripe §3-§5.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from pamoja.kernel.communities.public import current_community_id
from pamoja.kernel.payments.errors import NOT_DONE, RailFailure
from pamoja.kernel.payments.providers import stripe_events
from pamoja.kernel.payments.providers.stripe_connect import PAYEE_EVENTS, StripeConnect, unexpected
from pamoja.kernel.payments.providers.stripe_http import Declined, StripeAccount, StripeHttp
from pamoja.kernel.payments.providers.stripe_objects import (
    answer_of,
    declined_answer,
    dispute_of,
    listed_of,
    method_of,
    refund_of,
    text,
)
from pamoja.kernel.payments.rules.messages import (
    CollectionAnswer,
    CollectOrder,
    DisputeAnswer,
    Listed,
    MethodState,
    Notice,
    NoticeKind,
    RefundAnswer,
    RefundOrder,
    SetupOrder,
    SetupStarted,
    Submission,
)

EVENTS = (
    "checkout.session.completed", "checkout.session.expired", "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed", "setup_intent.succeeded", "setup_intent.setup_failed",
    "payment_method.detached", "payment_method.updated", "payment_method.automatically_updated", "mandate.updated",
    "payment_intent.processing", "payment_intent.requires_action", "payment_intent.succeeded",
    "payment_intent.payment_failed", "payment_intent.canceled", "refund.created", "refund.updated", "refund.failed",
    "charge.refund.updated", "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed",
    "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated", "transfer.created", "transfer.updated",
    "transfer.reversed",
)  # fmt: skip
"""What we want to be told of; each is cause to ask."""


class Stripe(StripeConnect):
    """One connection pool for all threads of the process."""

    name = "stripe"

    def __init__(self, account: StripeAccount) -> None:
        super().__init__(StripeHttp(account))

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def collect(self, order: CollectOrder) -> Submission:
        """Charge the saved way to pay, once for an attempt. A decline is an answer. Raises: RailFailure."""
        form: dict[str, Any] = {
            "amount": order.amount.amount_minor,
            "currency": order.amount.currency.lower(),
            "customer": order.customer_id,
            "payment_method": order.method_id,
            "payment_method_types": [order.method_kind],
            "mandate": order.mandate_id or None,
            "confirm": True,
            "description": f"{order.description} {order.reference}",
            "metadata": {"attempt": order.attempt_id.hex, "community": current_community_id().hex},
        }
        if order.is_attended:
            form["return_url"] = order.return_url
        else:
            form["off_session"] = True
        try:
            intent = self._http.post("/v1/payment_intents", form, key=f"attempt-{order.attempt_id.hex}")
        except Declined as said:
            answer = declined_answer(said.error)
            return Submission(rail_id=answer.rail_id, answer=answer)
        return Submission(rail_id=str(intent["id"]), answer=answer_of(intent))

    def query(self, rail_id: str) -> CollectionAnswer:
        """How a payment stands. Raises: RailFailure."""
        return answer_of(self._http.get(f"/v1/payment_intents/{rail_id}"))

    def find(self, order: CollectOrder) -> Submission:
        """What became of an order whose answer was lost: looked for first, and told again when it is not there.

        Stripe keeps the answer to a key, even one that says only that something broke, so the list decides.
        Raises: RailFailure.
        """
        if found := self._looked_for(order):
            return found
        try:
            return self.collect(order)
        except RailFailure as failure:
            # Whatever broke there is over when it answers, so now the list is the last word.
            if not failure.may_have_happened or failure.code == "unreachable":
                raise
            if found := self._looked_for(order):
                return found
            raise not_done(failure) from failure

    def _looked_for(self, order: CollectOrder) -> Submission | None:
        for intent in self._http.listed("/v1/payment_intents", customer=order.customer_id, most=200):
            if (intent.get("metadata") or {}).get("attempt") == order.attempt_id.hex:
                return Submission(rail_id=str(intent["id"]), answer=answer_of(intent))
        return None

    def cancel(self, rail_id: str) -> CollectionAnswer:
        """Wait no longer for the member's confirmation. Raises: RailFailure."""
        try:
            return answer_of(self._http.post(f"/v1/payment_intents/{rail_id}/cancel", {}, key=f"cancel-{rail_id}"))
        except RailFailure as failure:
            if failure.code == "payment_intent_unexpected_state":
                return self.query(rail_id)  # It ended meanwhile, one way or the other.
            raise

    def begin_setup(self, order: SetupOrder) -> SetupStarted:
        """Open Stripe's page on which the member saves a card or signs a Direct Debit. Raises: RailFailure."""
        try:
            customer_id = order.customer_id or self._customer(order)
            session = self._http.post(
                "/v1/checkout/sessions",
                {
                    "mode": "setup",
                    "customer": customer_id,
                    "payment_method_types": [order.kind],
                    "success_url": order.return_url,
                    "cancel_url": order.cancel_url,
                    "currency": "gbp" if order.kind == "bacs_debit" else None,
                    "metadata": {"method": order.method_id.hex, "community": current_community_id().hex},
                },
                key=f"setup-{order.method_id.hex}",
            )
        except Declined as said:
            raise unexpected(said) from said
        return SetupStarted(customer_id=customer_id, session_id=str(session["id"]), url=str(session["url"]))

    def setup_state(self, session_id: str) -> MethodState:
        """What came of the member's visit to Stripe's page. Raises: RailFailure."""
        session = self._http.get(
            f"/v1/checkout/sessions/{session_id}", expand=["setup_intent", "setup_intent.payment_method"]
        )
        if session.get("status") == "expired":
            return MethodState(is_usable=False, reason="The page was closed before it was finished.")
        intent = session.get("setup_intent")
        if isinstance(intent, str):
            intent = self._http.get(f"/v1/setup_intents/{intent}")
        if not isinstance(intent, dict) or intent.get("status") != "succeeded":
            return MethodState(is_usable=None)
        found = intent.get("payment_method")
        if isinstance(found, str):
            found = self._http.get(f"/v1/payment_methods/{found}")
        return method_of(found or {}, mandate_id=text(intent.get("mandate")))

    def method_state(self, rail_id: str, mandate_id: str) -> MethodState:
        """Whether a saved way to pay may still be used. Raises: RailFailure."""
        found = self._http.get(f"/v1/payment_methods/{rail_id}")
        state = method_of(found, mandate_id=mandate_id)
        if not found.get("customer"):
            return MethodState(is_usable=False, reason="It was removed at the payment provider.")
        if mandate_id and self._http.get(f"/v1/mandates/{mandate_id}").get("status") == "inactive":
            return MethodState(is_usable=False, reason="The Direct Debit was cancelled with the bank.")
        return state

    def forget_method(self, rail_id: str) -> None:
        """Let Stripe forget a saved way to pay. Raises: RailFailure."""
        self._http.post(f"/v1/payment_methods/{rail_id}/detach", {}, key=f"detach-{rail_id}")

    def refund(self, order: RefundOrder) -> RefundAnswer:
        """Give money back once for a refund id. Raises: RailFailure."""
        form = {
            "payment_intent": order.payment_id,
            "amount": order.amount.amount_minor,
            "reason": order.reason or None,
            "metadata": {"refund": order.refund_id.hex, "community": current_community_id().hex},
        }
        try:
            return refund_of(self._http.post("/v1/refunds", form, key=f"refund-{order.refund_id.hex}"))
        except Declined as said:
            raise unexpected(said) from said

    def find_refund(self, order: RefundOrder) -> RefundAnswer:
        """What became of a refund whose answer was lost; told again when it is not there. Raises: RailFailure."""
        for refund in self._http.listed("/v1/refunds", payment_intent=order.payment_id, most=200):
            if (refund.get("metadata") or {}).get("refund") == order.refund_id.hex:
                return refund_of(refund)
        return self.refund(order)

    def query_refund(self, rail_id: str, order: RefundOrder) -> RefundAnswer:
        """How a refund stands. Raises: RailFailure."""
        return refund_of(self._http.get(f"/v1/refunds/{rail_id}"))

    def query_dispute(self, rail_id: str) -> DisputeAnswer:
        """How a dispute stands. Raises: RailFailure."""
        return dispute_of(self._http.get(f"/v1/disputes/{rail_id}", expand=["balance_transactions"]))

    def answer_dispute(self, rail_id: str, *, evidence: str, key: str) -> None:
        """Submit what we have to say; it can be said once. Raises: RailFailure."""
        form = {"evidence": {"uncategorized_text": evidence}, "submit": True}
        self._http.post(f"/v1/disputes/{rail_id}", form, key=f"evidence-{key}")

    def accept_dispute(self, rail_id: str, *, key: str) -> None:
        """Let the payer have it. Raises: RailFailure."""
        self._http.post(f"/v1/disputes/{rail_id}/close", {}, key=f"close-{key}")

    def movements(self, since: datetime, until: datetime) -> Iterator[Listed]:
        """What moved on our balance there in this time, by Stripe's own book. Raises: RailFailure."""
        created = {"gte": int(since.timestamp()), "lt": int(until.timestamp())}
        for row in self._http.listed(
            "/v1/balance_transactions", created=created, expand=["data.source"], most=1_000_000
        ):
            yield listed_of(row)

    def add_endpoint(self, url: str, *, key: UUID, hears_payees: bool = False) -> tuple[str, str]:
        """Have signed events sent to this address; gives Stripe's name for it and the secret. Raises: RailFailure."""
        form: dict[str, Any] = {"url": url, "enabled_events": list(PAYEE_EVENTS if hears_payees else EVENTS)}
        # An endpoint hears of our own account, or of all those that are connected to it.
        made = self._http.post(
            "/v1/webhook_endpoints", form | ({"connect": True} if hears_payees else {}), key=f"endpoint-{key.hex}"
        )
        return str(made["id"]), str(made["secret"])

    def read_notice(self, kind: NoticeKind, body: bytes) -> Notice:
        """What an event is about."""
        return stripe_events.read(body)

    def _customer(self, order: SetupOrder) -> str:
        form = {"email": order.email or None, "name": order.name, "metadata": {"member": order.member_id.hex}}
        return str(self._http.post("/v1/customers", form, key=f"customer-{order.member_id.hex}")["id"])


def not_done(failure: RailFailure) -> RailFailure:
    """It broke there, and nothing of it is in the books."""
    return RailFailure(str(failure), permanent=False, may_have_happened=False, code=NOT_DONE)
