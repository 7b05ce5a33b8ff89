"""The ways this package says no."""

from pamoja.foundation.errors import Refusal


class InsufficientFunds(Refusal):
    """There is not enough money for this: {available} is available, {asked} is needed."""

    code = "ledger.insufficient_funds"
    kind = "conflict"


class KeyReused(Refusal):
    """This request was sent before with other contents. Nothing was moved again."""

    code = "ledger.key_reused"
    kind = "conflict"


class LinkedRefused(Refusal):
    """Another part of this was refused, so nothing of it has moved."""

    code = "ledger.linked_refused"
    kind = "conflict"


class AccountUnknown(Refusal):
    """There is no such account."""

    code = "ledger.account_unknown"
    kind = "not_found"


class AccountDiffers(Refusal):
    """This account exists already, with another limit."""

    code = "ledger.account_differs"
    kind = "conflict"


class AccountWithoutFloor(Refusal):
    """Money can be held only on an account with a limit."""

    code = "ledger.account_without_floor"
    kind = "invalid"


class OneAccount(Refusal):
    """Money moves between two accounts, not within one."""

    code = "ledger.one_account"
    kind = "invalid"


class AmountNotPositive(Refusal):
    """The amount must be more than nothing."""

    code = "ledger.amount_not_positive"
    kind = "invalid"


class AmountTooLarge(Refusal):
    """This is more than can be moved at once."""

    code = "ledger.amount_too_large"
    kind = "invalid"


class CurrencyDiffers(Refusal):
    """The amount and the accounts are in different currencies."""

    code = "ledger.currency_differs"
    kind = "invalid"


class HoldUnknown(Refusal):
    """There is no such hold."""

    code = "ledger.hold_unknown"
    kind = "not_found"


class HoldEnded(Refusal):
    """This money is not held any more: it was {state}."""

    code = "ledger.hold_ended"
    kind = "conflict"


class HoldExceeded(Refusal):
    """This is more than what is held: {left} is left."""

    code = "ledger.hold_exceeded"
    kind = "conflict"


class EntryUnknown(Refusal):
    """There is no such entry that moved money."""

    code = "ledger.entry_unknown"
    kind = "not_found"


class AlreadyReversed(Refusal):
    """This entry was reversed before."""

    code = "ledger.already_reversed"
    kind = "conflict"


class NothingToExchange(Refusal):
    """This is too little to exchange: it comes to nothing in the other currency."""

    code = "ledger.nothing_to_exchange"
    kind = "invalid"
