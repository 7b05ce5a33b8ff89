"""Knows every test card: what it is called, and how its bank decides. Pure rules.

Source: Stripe's list of test cards; tokens as the SDKs' documentation writes them.
"""

from dataclasses import dataclass
from typing import Literal

ThreeD = Literal["", "optional", "optional_broken", "unless_set_up", "already_set_up", "always", "required"]


@dataclass(frozen=True)
class Card:
    """`decline`: the bank's reason; `from_the_start`: it cannot even be attached. `then`: what happens afterwards."""

    number: str
    brand: str = "visa"
    funding: str = "credit"
    decline: str = ""
    from_the_start: bool = True
    three_d: ThreeD = ""
    then: str = ""
    risk: str = "normal"
    cvc: str = "pass"
    postcode: str = "pass"
    line1: str = "pass"


@dataclass(frozen=True)
class Decline:
    """Why a card was declined, as the error tells it."""

    code: str
    decline_code: str
    message: str
    advice: str | None = None
    network: str | None = None


DECLINED = "Your card was declined."
DECLINES = {
    "generic_decline": Decline("card_declined", "generic_decline", DECLINED, "try_again_later", "05"),
    "insufficient_funds": Decline(
        "card_declined", "insufficient_funds", "Your card has insufficient funds.", "try_again_later", "51"
    ),
    "lost_card": Decline("card_declined", "lost_card", DECLINED, "do_not_try_again", "41"),
    "stolen_card": Decline("card_declined", "stolen_card", DECLINED, "do_not_try_again", "43"),
    "expired_card": Decline("expired_card", "expired_card", "Your card has expired.", "confirm_card_data", "54"),
    "incorrect_cvc": Decline(
        "incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.", "confirm_card_data", "N7"
    ),
    "processing_error": Decline(
        "processing_error",
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
        "try_again_later",
    ),
    "card_velocity_exceeded": Decline(
        "card_declined",
        "card_velocity_exceeded",
        "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
        "try_again_later",
        "61",
    ),
    "fraudulent": Decline("card_declined", "fraudulent", DECLINED, "do_not_try_again"),
    "authentication_required": Decline(
        "authentication_required",
        "authentication_required",
        "Your card was declined. This transaction requires authentication.",
    ),
}

_ROWS = [
    (Card("4242424242424242"), "visa"),
    (Card("4000056655665556", funding="debit"), "visa_debit"),
    (Card("5555555555554444", "mastercard"), "mastercard"),
    (Card("2223003122003222", "mastercard"), "mastercard_2series"),
    (Card("5200828282828210", "mastercard", "debit"), "mastercard_debit"),
    (Card("378282246310005", "amex"), "amex"),
    (Card("4000008260000000"), "gb"),
    (Card("4000000000000002", decline="generic_decline"), "chargeDeclined visa_chargeDeclined"),
    (
        Card("4000000000009995", decline="insufficient_funds"),
        "chargeDeclinedInsufficientFunds visa_chargeDeclinedInsufficientFunds",
    ),
    (Card("4000000000009987", decline="lost_card"), "chargeDeclinedLostCard visa_chargeDeclinedLostCard"),
    (Card("4000000000009979", decline="stolen_card"), "chargeDeclinedStolenCard visa_chargeDeclinedStolenCard"),
    (Card("4000000000000069", decline="expired_card"), "chargeDeclinedExpiredCard"),
    (Card("4000000000000127", decline="incorrect_cvc"), "chargeDeclinedIncorrectCvc"),
    (Card("4000000000000119", decline="processing_error"), "chargeDeclinedProcessingError"),
    (Card("4000000000006975", decline="card_velocity_exceeded"), "chargeDeclinedVelocityLimitExceeded"),
    (Card("4000000000000341", decline="generic_decline", from_the_start=False), "chargeCustomerFail"),
    (Card("4000002500003155", three_d="unless_set_up"), "authenticationRequiredOnSetup"),
    (Card("4000002760003184", three_d="always"), "authenticationRequired"),
    (Card("4000003800000446", three_d="already_set_up"), "authenticationRequiredSetupForOffSession"),
    (
        Card("4000008260003178", three_d="unless_set_up", decline="insufficient_funds", from_the_start=False),
        "authenticationRequiredChargeDeclinedInsufficientFunds",
    ),
    (Card("4000000000003220", three_d="required"), "threeDSecure2Required"),
    (Card("4000008400000027", three_d="required"), "threeDSecureRequired"),
    (
        Card("4000008400001629", three_d="required", decline="generic_decline", from_the_start=False),
        "threeDSecureRequiredChargeDeclined",
    ),
    (Card("4000000000003055", three_d="optional"), "threeDSecureOptional"),
    (Card("4000000000003097", three_d="optional_broken"), "threeDSecureRequiredProcessingError"),
    (Card("4100000000000019", decline="fraudulent", from_the_start=False, risk="highest"), "radarBlock"),
    (Card("4000000000004954", risk="highest"), "riskLevelHighest"),
    (Card("4000000000009235", risk="elevated"), "riskLevelElevated"),
    (Card("4000000000000259", then="dispute:fraudulent"), "createDispute"),
    (Card("4000000000002685", then="dispute:product_not_received"), "createDisputeProductNotReceived"),
    (Card("4000000000001976", then="inquiry:fraudulent"), "createDisputeInquiry"),
    (Card("4000000000005423", then="warning"), "createIssuerFraudRecord"),
    (Card("4000000000000077", then="available"), "bypassPending"),
    (Card("4000000000005126", then="refund_fails"), "refundFail"),
    (Card("4000000000000101", cvc="fail"), "cvcCheckFail"),
    (Card("4000000000000036", postcode="fail"), "avsZipFail"),
    (Card("4000000000000028", line1="fail"), "avsLine1Fail"),
    (Card("4000000000000010", postcode="fail", line1="fail"), "avsFail"),
]
CARDS = {card.number: card for card, _ in _ROWS}
TOKENS = {token: card for card, tokens in _ROWS for token in tokens.split()}


def by_token(token: str) -> Card | None:
    """`pm_card_visa`, `tok_visa` and their like."""
    for prefix in ("pm_card_", "tok_"):
        if token.startswith(prefix):
            return TOKENS.get(token.removeprefix(prefix))
    return None


def by_number(number: str) -> Card | None:
    """The card; one that is not listed but has the right check digit is a plain visa. None for a wrong number."""
    if number in CARDS:
        return CARDS[number]
    return Card(number) if number.isdigit() and 13 <= len(number) <= 19 and _adds_up(number) else None


def _adds_up(number: str) -> bool:
    """Luhn's check digit."""
    digits = [int(digit) for digit in reversed(number)]
    return (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0


Verdict = Literal["approved", "authenticate"] | Decline


def verdict_on_charge(
    card: Card, *, off_session: bool, is_set_up: bool, is_authenticated: bool = False, asks_3ds: bool = False
) -> Verdict:
    """What the bank says to a charge. `is_set_up`: the holder agreed to off-session use once; `asks_3ds`: we insist."""
    if not is_authenticated:
        asked = _authentication(card, off_session=off_session, is_set_up=is_set_up, asks_3ds=asks_3ds)
        if asked != "approved":
            return asked
    return DECLINES[card.decline] if card.decline else "approved"


def _authentication(card: Card, *, off_session: bool, is_set_up: bool, asks_3ds: bool) -> Verdict:
    if card.three_d == "optional_broken" and asks_3ds:
        return DECLINES["processing_error"]
    wanted = {
        "": False,
        "optional": asks_3ds,
        "optional_broken": False,
        "always": True,
        "unless_set_up": not is_set_up,
        "already_set_up": not off_session,
        "required": not (off_session and is_set_up),
    }[card.three_d]
    if not wanted:
        return "approved"
    return DECLINES["authentication_required"] if off_session else "authenticate"


def verdict_on_setup(card: Card, *, is_authenticated: bool = False, asks_3ds: bool = False) -> Verdict:
    """What the bank says to keeping the card for later."""
    if not is_authenticated and (
        card.three_d in ("always", "unless_set_up", "required") or (asks_3ds and card.three_d)
    ):
        return "authenticate"
    return DECLINES[card.decline] if card.decline and card.from_the_start else "approved"
