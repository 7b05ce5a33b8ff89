"""What Stripe's states and decline codes mean. Source: contract Stripe §2, §4.4, §4.5, §6.

A PaymentIntent's state is told as `status` or, when its last attempt failed, as the code of that failure.
"""

from __future__ import annotations

from pamoja.kernel.payments.rules.verdicts import Meaning, Verdict

NEEDS_MEMBER = "authentication_required"

_DECLINED = "The card was declined. The bank does not say why; it can be asked."
_OTHER_CARD = "The card cannot be used. Please choose another."
_NO_DEBIT = "The bank does not allow this Direct Debit. Please choose another way to pay."
_NO_MONEY = "There was not enough money in the account."
_CONFIRM = "The bank wants you to confirm this payment yourself."

RESULTS: dict[str, Meaning] = {
    "succeeded": Meaning(Verdict.PAID),
    "processing": Meaning(Verdict.PENDING),
    "requires_action": Meaning(Verdict.PENDING),
    "requires_confirmation": Meaning(Verdict.PENDING),
    "requires_capture": Meaning(Verdict.PENDING),
    "requires_payment_method": Meaning(Verdict.MAY_RETRY, _DECLINED),
    "canceled": Meaning(Verdict.MAY_RETRY, "The payment was not confirmed in time."),
    NEEDS_MEMBER: Meaning(Verdict.MAY_RETRY, _CONFIRM, needs_member=True),
    "payment_intent_authentication_failure": Meaning(
        Verdict.MAY_RETRY, "The confirmation with the bank failed.", needs_member=True
    ),
    "insufficient_funds": Meaning(Verdict.MAY_RETRY, _NO_MONEY, lacks_money=True),
    "card_velocity_exceeded": Meaning(Verdict.MAY_RETRY, "The card's limit is reached for now.", wait_s=86_400),
    "withdrawal_count_limit_exceeded": Meaning(
        Verdict.MAY_RETRY, "The card's limit is reached for now.", wait_s=86_400, lacks_money=True
    ),
    "try_again_later": Meaning(Verdict.MAY_RETRY, "The bank could not answer.", wait_s=3_600),
    "issuer_not_available": Meaning(Verdict.MAY_RETRY, "The bank could not answer.", wait_s=3_600),
    "processing_error": Meaning(Verdict.MAY_RETRY, "The bank could not answer.", wait_s=3_600),
    "generic_could_not_process": Meaning(Verdict.MAY_RETRY, "The bank could not carry it out.", wait_s=86_400),
    "generic_decline": Meaning(Verdict.MAY_RETRY, _DECLINED),
    "card_declined": Meaning(Verdict.MAY_RETRY, _DECLINED),
    "do_not_honor": Meaning(Verdict.MAY_RETRY, _DECLINED),
    "charge_exceeds_source_limit": Meaning(
        Verdict.MAY_RETRY, "This would exceed the week's limit of the Direct Debit.", wait_s=604_800
    ),
    "charge_exceeds_transaction_limit": Meaning(Verdict.FINAL, "This is more than one Direct Debit may carry."),
    "expired_card": Meaning(Verdict.FINAL, "The card has expired. Please add the new one."),
    "incorrect_cvc": Meaning(Verdict.FINAL, "The card's security code was wrong. Please add the card again."),
    "incorrect_number": Meaning(Verdict.FINAL, _OTHER_CARD),
    "lost_card": Meaning(Verdict.FINAL, _OTHER_CARD),
    "stolen_card": Meaning(Verdict.FINAL, _OTHER_CARD),
    "pickup_card": Meaning(Verdict.FINAL, _OTHER_CARD),
    "fraudulent": Meaning(Verdict.FINAL, _OTHER_CARD),
    "highest_risk_level": Meaning(Verdict.FINAL, _OTHER_CARD),
    "transaction_not_allowed": Meaning(Verdict.FINAL, _OTHER_CARD),
    "currency_not_supported": Meaning(Verdict.FINAL, _OTHER_CARD),
    "payment_method_detached": Meaning(Verdict.FINAL, _OTHER_CARD),
    "account_closed": Meaning(Verdict.FINAL, _NO_DEBIT),
    "bank_ownership_changed": Meaning(Verdict.FINAL, _NO_DEBIT),
    "debit_not_authorized": Meaning(Verdict.FINAL, _NO_DEBIT),
    "invalid_account_number": Meaning(Verdict.FINAL, _NO_DEBIT),
    "amount_too_small": Meaning(Verdict.FINAL, "The amount is too small for a card."),
}
UNKNOWN = Meaning(Verdict.UNKNOWN, "The provider has not said clearly how this ended. We are finding out.")

PAYOUT_REASONS = {
    "balance_insufficient": "The community's money at Stripe is not free yet. Please try again in a day or two.",
    "insufficient_capabilities_for_transfer": "Stripe needs more from you before it pays you.",
    "account_invalid": "Stripe does not know your account any more.",
    "resource_missing": "Stripe does not know your account any more.",
}
PAYOUT_REASON = "Stripe could not carry it out."

ENDS_MANDATE = frozenset({"account_closed", "bank_ownership_changed", "debit_not_authorized", "invalid_account_number"})
"""After these a Direct Debit may not be tried again with this account. Source: contract Stripe §4.5."""

ENDS_CARD = frozenset({"expired_card", "lost_card", "stolen_card", "pickup_card", "incorrect_number", "fraudulent"})
"""After these the card may not be tried again."""


def meaning_of(code: str) -> Meaning:
    """What a state or a failure's code means; whatever is not documented is unknown, never failed or paid."""
    return RESULTS.get(code.strip(), UNKNOWN)


def ends_method(code: str) -> bool:
    """Whether the way to pay is of no use any more."""
    return code in ENDS_MANDATE or code in ENDS_CARD
