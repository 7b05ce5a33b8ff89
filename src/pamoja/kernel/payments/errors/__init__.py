"""The ways this package says no, and how a rail says it could not."""

from pamoja.foundation.errors import ProviderFailure, Refusal


class PaymentNotFound(Refusal):
    """There is no such payment."""

    code = "payments.not_found"
    kind = "not_found"


class KeyReused(Refusal):
    """This request was already used for another payment. Please reload the page and try again."""

    code = "payments.key_reused"
    kind = "conflict"


class CollectionUnderWay(Refusal):
    """We are already asking for this payment. Please finish it on your phone, or wait a few minutes."""

    code = "payments.collection_under_way"
    kind = "conflict"


class CollectionEnded(Refusal):
    """This payment has ended, so it cannot be tried again."""

    code = "payments.collection_ended"
    kind = "conflict"


class NothingToReview(Refusal):
    """Nobody needs to look at this payment any more."""

    code = "payments.nothing_to_review"
    kind = "conflict"


class ReasonMissing(Refusal):
    """Please say why, in a few words."""

    code = "payments.reason_missing"
    kind = "invalid"


class RailUnknown(Refusal):
    """This community does not pay by {rail}."""

    code = "payments.rail_unknown"
    kind = "invalid"


class RailSendsNothing(Refusal):
    """Money cannot be sent out by {rail} yet. It stays in the wallet."""

    code = "payments.rail_sends_nothing"
    kind = "invalid"


class CurrencyNotCarried(Refusal):
    """{rail} carries {carried}, not {currency}."""

    code = "payments.currency_not_carried"
    kind = "invalid"


class AmountNotWhole(Refusal):
    """M-PESA carries whole shillings only."""

    code = "payments.amount_not_whole"
    kind = "invalid"


class AmountTooSmall(Refusal):
    """The smallest amount is {least}."""

    code = "payments.amount_too_small"
    kind = "invalid"


class AmountTooLarge(Refusal):
    """The largest amount at a time is {most}."""

    code = "payments.amount_too_large"
    kind = "invalid"


class MethodMissing(Refusal):
    """Please add a way to pay first, such as a card."""

    code = "payments.method_missing"
    kind = "invalid"


class MethodNotFound(Refusal):
    """There is no such way to pay."""

    code = "payments.method_not_found"
    kind = "not_found"


class MethodUnusable(Refusal):
    """This way to pay cannot be used now. Please choose another."""

    code = "payments.method_unusable"
    kind = "conflict"


class MethodsTooMany(Refusal):
    """You have {most} ways to pay. Please remove one first."""

    code = "payments.methods_too_many"
    kind = "limit"


class ProviderAway(Refusal):
    """The payment provider cannot be reached. Please try again in a minute."""

    code = "payments.provider_away"
    kind = "unavailable"


class PhoneMissing(Refusal):
    """Please add your phone number to your profile first."""

    code = "payments.phone_missing"
    kind = "invalid"


class PhoneUnfit(Refusal):
    """This is not a Kenyan mobile number. Write it like 0712 345 678."""

    code = "payments.phone_unfit"
    kind = "invalid"


class StatementTooLong(Refusal):
    """Please ask for at most a year at a time, the earlier day first."""

    code = "payments.statement_too_long"
    kind = "invalid"


NOT_DONE = "not_done"
"""The code of a failure after which the rail's own list was looked at, and the thing is not there."""


class RailFailure(ProviderFailure):
    """A rail did not do what was asked. `may_have_happened`: money or a prompt may be under way all the same."""

    def __init__(self, message: str, *, permanent: bool, may_have_happened: bool, code: str = "") -> None:
        super().__init__(message, permanent=permanent, code=code)
        self.may_have_happened = may_have_happened


class BankAccountUnreadable(Refusal):
    """This is not a bank account as we know them. Please check the numbers."""

    code = "payments.bank_account_unreadable"
    kind = "invalid"


class AccountNotProven(Refusal):
    """Please prove your bank account first: send us any amount from it, with your reference."""

    code = "payments.account_not_proven"
    kind = "conflict"


class PayeeMissing(Refusal):
    """Please say first where you want to be paid, among your ways to pay."""

    code = "payments.payee_missing"
    kind = "invalid"


class PayeeNotReady(Refusal):
    """Stripe cannot pay you yet. Please finish it among your ways to pay."""

    code = "payments.payee_not_ready"
    kind = "conflict"


class PayoutArrived(Refusal):
    """This money has reached the bank, so it cannot be taken back."""

    code = "payments.payout_arrived"
    kind = "conflict"


class NothingToTakeBack(Refusal):
    """There is nothing of this payment that could be taken back."""

    code = "payments.nothing_to_take_back"
    kind = "conflict"


class RefundTooLarge(Refusal):
    """Of this payment {left} can still be given back."""

    code = "payments.refund_too_large"
    kind = "limit"


class NotRefundable(Refusal):
    """This payment cannot be given back by its provider. Send the money from the wallet instead."""

    code = "payments.not_refundable"
    kind = "conflict"


class DisputeClosed(Refusal):
    """This dispute can no longer be answered."""

    code = "payments.dispute_closed"
    kind = "conflict"


class ReceiptUnfit(Refusal):
    """This is no receipt that we could look for. It is the code at the start of M-PESA's message, like SKL7TLTQA2."""

    code = "payments.receipt_unfit"
    kind = "invalid"


class StatementUnreadable(Refusal):
    """Line {line} of the statement cannot be read. Nothing was imported."""

    code = "payments.statement_unreadable"
    kind = "invalid"
