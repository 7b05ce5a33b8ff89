"""The ledger's accounts that payments posts to beside members' wallets."""

from __future__ import annotations

from pamoja.kernel.ledger.public import AccountId, open_account


def clearing_account(rail: str, currency: str) -> AccountId:
    """What the provider owes us: goes negative as money comes in there."""
    return open_account(owner=f"rail:{rail}", purpose="clearing", currency=currency, floor_minor=None)


def community_account(purpose: str, currency: str) -> AccountId:
    """`unmatched`: came, and nobody knows whose; `disputed`: taken by a bank until it decides; `losses`; `fees`."""
    return open_account(owner="community", purpose=purpose, currency=currency, floor_minor=None)
