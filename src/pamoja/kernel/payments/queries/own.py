"""What the member has to do themselves about a payment: confirm it with their bank, or make a transfer."""

from __future__ import annotations

from dataclasses import dataclass

from pamoja.kernel.payments.models import Collection
from pamoja.kernel.payments.queries import settings
from pamoja.kernel.payments.queries.methods import reference_of
from pamoja.kernel.payments.rules.references import spoken
from pamoja.kernel.payments.rules.states import OPEN_ATTEMPTS, CollectionState

_SHOWN = (
    ("holder", "Account holder"),
    ("bank", "Bank"),
    ("sort_code", "Sort code"),
    ("account", "Account"),
    ("iban", "IBAN"),
)


@dataclass(frozen=True)
class TransferToMake:
    """Where to transfer to, and what to write on it."""

    lines: list[tuple[str, str]]
    reference: str


def action_url_of(collection: Collection) -> str:
    """The page on which the member confirms with their bank; empty when there is nothing to confirm."""
    open_one = collection.attempts.filter(state__in=OPEN_ATTEMPTS).order_by("-number").first()
    return open_one.action_url if open_one else ""


def transfer_of(collection: Collection) -> TransferToMake | None:
    """What the member has to transfer; None when it is no transfer, or no longer waited for."""
    if collection.rail != "bank" or collection.state not in (CollectionState.INTENDED, CollectionState.SUBMITTED):
        return None
    account = settings.chosen().bank_account
    lines = [(title, str(account[name])) for name, title in _SHOWN if account.get(name)]
    return TransferToMake(lines, spoken(reference_of(collection.member_id)))
