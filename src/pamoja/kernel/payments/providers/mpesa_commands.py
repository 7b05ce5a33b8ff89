"""What M-PESA is told and asked of payments that came by themselves, and of those that go back.

All of it is answered later, to an address that is made for that one question. Source: contract M-PESA §4, §5.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from pamoja.foundation.money import currency
from pamoja.kernel.payments.providers.base import BaseRail
from pamoja.kernel.payments.rules.messages import NoticeKind, RefundAnswer, RefundOrder


class MpesaCommands(BaseRail):
    """Registering a paybill's addresses, the status of a payment by its receipt, and reversals."""

    name = "mpesa"
    shortcode: str

    def register_addresses(self, *, paid: str, check: str) -> None:
        """Have payments by menu told to `paid`, and asked about at `check` before they are made. Raises: RailFailure.

        What M-PESA should do when we cannot be asked: take the money; one that nobody knows becomes a case.
        """
        self._post(
            "/mpesa/c2b/v1/registerurl",
            {
                "ShortCode": self.shortcode,
                "ResponseType": "Completed",
                "ConfirmationURL": paid,
                "ValidationURL": check,
            },
        )

    def query_receipt(self, *, receipt: str, token: str) -> None:
        """Ask what became of a payment to us; the answer comes to the address with the token. Raises: RailFailure."""
        self._ask_status(NoticeKind.C2B_STATE, token, receipt=receipt)

    def refund(self, order: RefundOrder) -> RefundAnswer:
        """Reverse the payment with this receipt. Raises: RailFailure."""
        answer = self._reverse(order, NoticeKind.REFUND, order.token)
        return RefundAnswer(rail_id=_text(answer, "ConversationID"), state="pending")

    def find_refund(self, order: RefundOrder) -> RefundAnswer:
        """Tell it again: M-PESA reverses a payment once and says so the second time. Raises: RailFailure.

        Its number is not kept: should the first one have been carried out, this one fails.
        """
        self._reverse(order, NoticeKind.REFUND_STATE, order.state_token)
        return RefundAnswer(rail_id="", state="asked")

    def query_refund(self, rail_id: str, order: RefundOrder) -> RefundAnswer:
        """Ask what became of a reversal; the answer comes to an address of its own. Raises: RailFailure."""
        self._ask_status(NoticeKind.REFUND_STATE, order.state_token, conversation=rail_id)
        return RefundAnswer(rail_id=rail_id, state="pending")

    def _reverse(self, order: RefundOrder, kind: NoticeKind, token: str) -> dict[str, Any]:
        return self._post(
            "/mpesa/reversal/v1/request",
            {
                **self._initiated("TransactionReversal"),
                "TransactionID": order.receipt,
                "Amount": str(order.amount.amount_minor // currency("KES").minor_per_major),
                "ReceiverParty": self.shortcode,
                "RecieverIdentifierType": "11",
                "ResultURL": self._address(kind, token),
                "QueueTimeOutURL": self._address(NoticeKind.REFUND_LATE, order.late_token),
                "Remarks": "Given back",
                "Occasion": "",
            },
        )

    def _ask_status(self, kind: NoticeKind, token: str, *, receipt: str = "", conversation: str = "") -> None:
        address = self._address(kind, token)
        self._post(
            "/mpesa/transactionstatus/v1/query",
            {
                **self._initiated("TransactionStatusQuery"),
                "TransactionID": receipt,
                "OriginalConversationID": conversation,
                "PartyA": self.shortcode,
                "IdentifierType": "4",
                "ResultURL": address,
                "QueueTimeOutURL": address,
                "Remarks": "Payment",
                "Occasion": "",
            },
        )

    @abstractmethod
    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]: ...

    @abstractmethod
    def _initiated(self, command: str) -> dict[str, Any]: ...

    @abstractmethod
    def _address(self, kind: NoticeKind, token: str) -> str: ...


def _text(answer: dict[str, Any], name: str) -> str:
    value = answer.get(name)
    return value.strip()[:100] if isinstance(value, str) else ""
