"""The rails there are: what each carries, how long its answers take, and what it is called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pamoja.foundation.money import Money
from pamoja.kernel.payments.errors import AmountTooLarge, AmountTooSmall, CurrencyNotCarried, RailUnknown
from pamoja.kernel.payments.rules import banking, mpesa, stripe
from pamoja.kernel.payments.rules.verdicts import Meaning

MPESA, STRIPE, BANK, WALLET = "mpesa", "stripe", "bank", "wallet"

_DAY = 86_400
_PROMPT = (10, 20, 40, 70, 180, 600, 1_800, 7_200, _DAY)
# A Direct Debit takes up to seven business days, and a bank may return it some days later.
_CARD = (
    20, 60, 180, 600, 1_800, 3_600, 7_200, 21_600, 43_200, _DAY, 2 * _DAY, 3 * _DAY, 4 * _DAY, 5 * _DAY, 7 * _DAY,
    10 * _DAY, 14 * _DAY,
)  # fmt: skip


@dataclass(frozen=True)
class RailFacts:
    """What is known of a rail before anybody asks it.

    `currencies` empty: any. `query_after_s`: when it is asked how a payment ended; after the last a person must look
    (contract M-PESA §7.3, contract Stripe §4.5). `delays_s`: between attempts. `can_repeat`: an order told twice under
    one key is carried out once, so that what became of it can always be found out by telling it again.
    """

    name: str
    title: str
    currencies: frozenset[str] = frozenset()
    query_after_s: tuple[int, ...] = ()
    delays_s: tuple[int, ...] = ()
    can_repeat: bool = False
    sends_out: bool = False
    gives_back: bool = False


FACTS: dict[str, RailFacts] = {
    MPESA: RailFacts(
        MPESA, "M-PESA", frozenset({"KES"}), _PROMPT, (600, 10_800, _DAY), sends_out=True, gives_back=True
    ),
    STRIPE: RailFacts(
        STRIPE,
        "Card",
        frozenset({"GBP", "EUR", "USD"}),
        _CARD,
        (21_600, _DAY, 3 * _DAY),
        can_repeat=True,
        sends_out=True,
        gives_back=True,
    ),
    BANK: RailFacts(BANK, "Bank transfer", delays_s=(_DAY,), sends_out=True),
    WALLET: RailFacts(WALLET, "Wallet", delays_s=(_DAY,)),
}

# The least and the most of one card payment. Units: minor. Source: contract Stripe §4.5 for the most of a debit.
STRIPE_LEAST_MINOR, STRIPE_MOST_MINOR = 30, 10_000_000


def facts_of(rail: str) -> RailFacts:
    """Raises: RailUnknown."""
    if rail not in FACTS:
        raise RailUnknown(rail=rail)
    return FACTS[rail]


def meaning_of(rail: str, code: str) -> Meaning:
    """What a rail's result code means; M-PESA's for a rail that has none of its own."""
    return stripe.meaning_of(code) if rail == STRIPE else mpesa.meaning_of(code)


def carried(currency: str, among: Iterable[str]) -> list[str]:
    """Those of the rails that carry the currency."""
    return [
        name for name in among if name in FACTS and (not FACTS[name].currencies or currency in FACTS[name].currencies)
    ]


def check_amount(rail: str, amount: Money, *, offered: Sequence[str], limits_kes: tuple[int, int]) -> None:
    """Whether the rail carries this amount.

    Raises: RailUnknown, CurrencyNotCarried, AmountNotWhole, AmountTooSmall, AmountTooLarge.
    """
    if rail not in offered:
        raise RailUnknown(rail=facts_of(rail).title if rail in FACTS else rail)
    if rail == MPESA:
        mpesa.whole_shillings(amount, least=limits_kes[0], most=limits_kes[1])
    elif rail == STRIPE:
        if amount.currency not in FACTS[rail].currencies:
            raise CurrencyNotCarried(rail="Cards", carried="pounds", currency=amount.currency)
        if amount.amount_minor < STRIPE_LEAST_MINOR:
            raise AmountTooSmall(field="amount", least=Money(STRIPE_LEAST_MINOR, amount.currency).text)
        if amount.amount_minor > STRIPE_MOST_MINOR:
            raise AmountTooLarge(field="amount", most=Money(STRIPE_MOST_MINOR, amount.currency).text)


def payout_reason(rail: str, code: str) -> str:
    """What the member is told of a payout that was not carried out."""
    if rail == BANK:
        return banking.PAYOUT_REASONS.get(code, banking.PAYOUT_REASON)
    if rail == STRIPE:
        return stripe.PAYOUT_REASONS.get(code, stripe.PAYOUT_REASON)
    return mpesa.PAYOUT_REASONS.get(code, mpesa.PAYOUT_REASON)


def paid_by(rail: str, kind: str = "") -> str:
    """What the wallet's statement says of money that came in."""
    return f"Paid by {title_of(rail, kind)}"


def heading_of(rail: str, *, is_out: bool = False) -> str:
    """As a list says it: `M-PESA`, `Card`; money that goes out by Stripe goes to no card."""
    if rail == STRIPE and is_out:
        return "Bank by Stripe"
    return FACTS[rail].title if rail in FACTS else rail


def title_of(rail: str, kind: str = "") -> str:
    """What people call it: `M-PESA`, `card`, `Direct Debit`, `bank transfer`, `wallet`."""
    if rail == STRIPE:
        return "Direct Debit" if kind == "bacs_debit" else "card"
    title = FACTS[rail].title if rail in FACTS else rail
    return title if rail == MPESA else title.lower()
