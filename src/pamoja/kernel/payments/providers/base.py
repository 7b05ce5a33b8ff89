"""What every rail can do; one that cannot says so by a permanent failure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NoReturn
from uuid import UUID

from pamoja.kernel.payments.errors import RailFailure
from pamoja.kernel.payments.rules.messages import (
    CollectionAnswer,
    CollectOrder,
    DisputeAnswer,
    FeedPage,
    Listed,
    MethodState,
    Notice,
    NoticeKind,
    OnwardAnswer,
    OnwardOrder,
    PayeeOrder,
    PayoutOrder,
    RefundAnswer,
    RefundOrder,
    SetupOrder,
    SetupStarted,
    Submission,
)
from pamoja.kernel.payments.rules.payees import PayeeSaid


class BaseRail:
    """A way for money to come in and go out. Every call may raise RailFailure, and holds no transaction open."""

    name = ""

    def close(self) -> None:
        """Give connections back."""

    def collect(self, order: CollectOrder) -> Submission:
        """Ask for money. A failure that `may_have_happened` may have left a prompt, or a payment, behind."""
        self._cannot("collect")

    def query(self, rail_id: str) -> CollectionAnswer:
        """How a payment ended, or that it has not."""
        self._cannot("be asked about payments")

    def find(self, order: CollectOrder) -> Submission:
        """What became of an order whose answer was lost; only where telling it again cannot do it twice."""
        self._cannot("find an order")

    def cancel(self, rail_id: str) -> CollectionAnswer:
        """Wait no longer for the member; says how it stands then."""
        self._cannot("cancel a payment")

    def pay_out(self, order: PayoutOrder) -> Submission:
        """Send money, once for an originator id however often it is told."""
        self._cannot("pay out")

    def query_payout(self, *, payout_id: UUID, originator_id: str, token: str) -> Notice | None:
        """What became of a payout; none when the answer comes as a webhook to the address with the token."""
        self._cannot("be asked about payouts")

    def begin_setup(self, order: SetupOrder) -> SetupStarted:
        """Open the rail's own page, on which the member saves a way to pay."""
        self._cannot("save a way to pay")

    def setup_state(self, session_id: str) -> MethodState:
        """What came of that visit."""
        self._cannot("save a way to pay")

    def method_state(self, rail_id: str, mandate_id: str) -> MethodState:
        """Whether a saved way to pay may still be used."""
        self._cannot("save a way to pay")

    def forget_method(self, rail_id: str) -> None:
        """Let the rail forget a saved way to pay."""
        self._cannot("save a way to pay")

    def refund(self, order: RefundOrder) -> RefundAnswer:
        """Give money of a payment back, once for a refund id."""
        self._cannot("refund")

    def find_refund(self, order: RefundOrder) -> RefundAnswer:
        """What became of a refund whose answer was lost."""
        self._cannot("refund")

    def query_refund(self, rail_id: str, order: RefundOrder) -> RefundAnswer:
        """How a refund stands; a rail that answers later says that it is pending."""
        self._cannot("refund")

    def query_receipt(self, *, receipt: str, token: str) -> None:
        """Ask about a payment to us by its receipt; the answer comes as a webhook to the address with the token."""
        self._cannot("be asked about receipts")

    def register_addresses(self, *, paid: str, check: str) -> None:
        """Have payments that members make by themselves told to these addresses."""
        self._cannot("tell of payments")

    def feed(self, *, account: str, since: str) -> FeedPage:
        """What came into an account of ours after a cursor or a moment, oldest first."""
        self._cannot("list what came")

    def query_dispute(self, rail_id: str) -> DisputeAnswer:
        """How a dispute stands."""
        self._cannot("be disputed")

    def answer_dispute(self, rail_id: str, *, evidence: str, key: str) -> None:
        """Say what speaks for us; it can be said once."""
        self._cannot("be disputed")

    def accept_dispute(self, rail_id: str, *, key: str) -> None:
        """Let the payer have it."""
        self._cannot("be disputed")

    def movements(self, since: datetime, until: datetime) -> Iterator[Listed]:
        """What moved in this time by the provider's own book, for reconciliation."""
        self._cannot("list what moved")

    def open_payee(self, order: PayeeOrder) -> str:
        """Open an account in the member's name, once; says the rail's name for it."""
        self._cannot("pay members by accounts of theirs")

    def payee_page(self, order: PayeeOrder) -> str:
        """Where the member tells the rail who they are and which bank account is theirs."""
        self._cannot("pay members by accounts of theirs")

    def payee_desk(self, rail_id: str) -> str:
        """Where a member who is paid looks after their account."""
        self._cannot("pay members by accounts of theirs")

    def payee_state(self, rail_id: str) -> PayeeSaid:
        """Whether a member can be paid, and what is missing."""
        self._cannot("pay members by accounts of theirs")

    def send_on(self, order: OnwardOrder) -> OnwardAnswer:
        """Send what is on a member's account on to their bank, once for a payout."""
        self._cannot("send money on")

    def find_onward(self, order: OnwardOrder) -> OnwardAnswer:
        """What became of that when its answer was lost."""
        self._cannot("send money on")

    def query_onward(self, order: OnwardOrder) -> OnwardAnswer:
        """Whether it has reached the bank."""
        self._cannot("send money on")

    def cancel_onward(self, order: OnwardOrder) -> OnwardAnswer:
        """Let it not leave for the bank, if it has not; says how it stands then."""
        self._cannot("send money on")

    def take_back(self, order: OnwardOrder) -> OnwardAnswer:
        """Take a payout back from the member's account, once."""
        self._cannot("take money back")

    def add_endpoint(self, url: str, *, key: UUID, hears_payees: bool = False) -> tuple[str, str]:
        """Have signed events sent to this address, of our own account or of members' accounts; gives the rail's name
        for it and the secret.
        """
        self._cannot("send signed events")

    def read_notice(self, kind: NoticeKind, body: bytes) -> Notice:
        """What a webhook claims; one that cannot be read says so. Never raises."""
        return Notice(is_readable=False)

    def _cannot(self, what: str) -> NoReturn:
        raise RailFailure(f"{self.name} cannot {what}", permanent=True, may_have_happened=False, code="not_offered")
