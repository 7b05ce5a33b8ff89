"""A bank account as a person gives it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BankDetails:
    """Whose account, at which bank, with which number; `branch` is a sort or branch code."""

    holder: str
    bank: str
    account: str
    branch: str = ""

    @property
    def masked(self) -> str:
        """Enough for its owner to recognise it."""
        return f"{self.bank} •••• {self.account[-4:]}"
