"""What M-PESA's codes mean, which amounts and numbers it carries. Source: contract M-PESA §3, §5, §8."""

from __future__ import annotations

import re
from uuid import UUID

import phonenumbers

from pamoja.foundation.money import Money, currency
from pamoja.kernel.payments.errors import (
    AmountNotWhole,
    AmountTooLarge,
    AmountTooSmall,
    CurrencyNotCarried,
    PhoneUnfit,
)
from pamoja.kernel.payments.rules.verdicts import Meaning, Verdict

CURRENCY = "KES"
_MSISDN = re.compile(r"254[17]\d{8}")


_BUSY = "M-PESA was busy with another request on this phone. Please try again in a few minutes."
_NOT_SHOWN = "M-PESA could not show the request on the phone."
_OURS = "M-PESA does not accept our request. We have been told."

COLLECTION_RESULTS: dict[str, Meaning] = {
    "0": Meaning(Verdict.PAID),
    "4999": Meaning(Verdict.PENDING),
    "1": Meaning(Verdict.MAY_RETRY, "There was not enough money in the M-PESA account.", lacks_money=True),
    "2": Meaning(Verdict.FINAL, "The amount is below M-PESA's minimum."),
    "3": Meaning(Verdict.FINAL, "The amount is above M-PESA's maximum."),
    "4": Meaning(Verdict.MAY_RETRY, "This would exceed the day's limit of the M-PESA account.", wait_s=43_200),
    "8": Meaning(Verdict.FINAL, "This would exceed the limit of the account that receives it."),
    "17": Meaning(Verdict.MAY_RETRY, "The same amount was paid a moment ago.", may_still_be_paid=True, wait_s=120),
    "26": Meaning(Verdict.MAY_RETRY, _BUSY, may_still_be_paid=True, wait_s=180),
    "1001": Meaning(Verdict.MAY_RETRY, _BUSY, may_still_be_paid=True, wait_s=180),
    "1019": Meaning(Verdict.MAY_RETRY, "The request expired before it was answered.", may_still_be_paid=True),
    "1025": Meaning(Verdict.MAY_RETRY, _NOT_SHOWN, may_still_be_paid=True, wait_s=120),
    "9999": Meaning(Verdict.MAY_RETRY, _NOT_SHOWN, may_still_be_paid=True, wait_s=120),
    "1032": Meaning(Verdict.MAY_RETRY, "The request was cancelled on the phone."),
    "1037": Meaning(Verdict.MAY_RETRY, "The phone did not answer.", may_still_be_paid=True, wait_s=60),
    "2001": Meaning(Verdict.MAY_RETRY, "The M-PESA PIN was wrong."),
    "2028": Meaning(Verdict.FINAL, _OURS),
    "8006": Meaning(Verdict.FINAL, "The M-PESA PIN is locked. Please call Safaricom on 100."),
    "SFC_IC0003": Meaning(Verdict.FINAL, _OURS),
}
UNKNOWN = Meaning(Verdict.UNKNOWN, "M-PESA has not said clearly how this ended. We are finding out.")

PAYOUT_REASONS: dict[str, str] = {
    "1": "The community's M-PESA account is short of money for now.",
    "2": "The amount is below M-PESA's minimum.",
    "SFC_IC0003": "This number has no M-PESA account.",
}
PAYOUT_REASON = "M-PESA could not carry out the payment."


def meaning_of(code: str) -> Meaning:
    """What a push payment's result code means; whatever is not documented is unknown, never failed or paid."""
    return COLLECTION_RESULTS.get(code.strip(), UNKNOWN)


def whole_shillings(amount: Money, *, least: int, most: int) -> int:
    """The amount as M-PESA carries it.

    Units: `least` and `most` in whole shillings.
    Raises: CurrencyNotCarried, AmountNotWhole, AmountTooSmall, AmountTooLarge.
    """
    if amount.currency != CURRENCY:
        raise CurrencyNotCarried(rail="M-PESA", carried=CURRENCY, currency=amount.currency)
    shillings, cents = divmod(amount.amount_minor, currency(CURRENCY).minor_per_major)
    if cents:
        raise AmountNotWhole(field="amount")
    if shillings < least:
        raise AmountTooSmall(field="amount", least=_money(least).text)
    if shillings > most:
        raise AmountTooLarge(field="amount", most=_money(most).text)
    return shillings


def msisdn_of(text: str) -> str:
    """A Kenyan mobile number as M-PESA writes it, `2547XXXXXXXX`, from any way people write it.

    Raises: PhoneUnfit.
    """
    digits = text.strip()
    try:
        # M-PESA's own form lacks the plus sign and would be read as a local number.
        number = phonenumbers.parse(f"+{digits}" if _MSISDN.fullmatch(digits) else digits, "KE")
    except phonenumbers.NumberParseException:
        raise PhoneUnfit(field="phone") from None
    msisdn = f"{number.country_code}{number.national_number}"
    if not phonenumbers.is_possible_number(number) or not _MSISDN.fullmatch(msisdn):
        raise PhoneUnfit(field="phone")
    return msisdn


def masked(msisdn: str) -> str:
    """For logs and pages: `2547****678`."""
    return f"{msisdn[:4]}****{msisdn[-3:]}" if len(msisdn) > 7 else "****"


def shillings_as_minor(value: object) -> int | None:
    """An amount as M-PESA writes it (`50`, `50.0`, `"50.00"`) in minor units; None when it is none."""
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,12}(\.\d{1,2}0*)?", text):
        return None
    whole, _, cents = text.partition(".")
    return int(whole) * 100 + int(cents[:2].ljust(2, "0"))


def _money(shillings: int) -> Money:
    return Money(shillings * currency(CURRENCY).minor_per_major, CURRENCY)


def account_reference(collection_id: UUID) -> str:
    """What the prompt shows as the account, at most 12 characters: enough to tell a member's payments apart."""
    return f"P{collection_id.hex[-10:].upper()}"


def description_of(purpose: str) -> str:
    """What the prompt says it is for, of `savings.contribution:…`: at most 13 characters."""
    word = purpose.partition(":")[0].rpartition(".")[2].replace("_", " ").strip()
    return (word.capitalize() or "Payment")[:13]
