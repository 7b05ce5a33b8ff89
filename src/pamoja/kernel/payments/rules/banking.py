"""Bank accounts as people write them: British, by IBAN, or elsewhere; cleaned, checked, and masked."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass

from pamoja.kernel.payments.errors import BankAccountUnreadable

_SORT_CODE, _UK_ACCOUNT = re.compile(r"\d{6}"), re.compile(r"\d{6,8}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_ELSEWHERE = re.compile(r"[A-Z0-9]{5,34}")

PAYOUT_REASONS = {
    "insufficient_funds": "The community's bank account is short of money for now.",
    "account_unknown": "The bank knows no such account.",
    "account_closed": "This account is closed.",
}
PAYOUT_REASON = "The bank could not carry out the payment."


@dataclass(frozen=True)
class BankAccount:
    """Whose account, at which bank, with which number. `sort_code` is empty for an IBAN."""

    holder: str
    bank: str
    account: str
    sort_code: str = ""

    def as_json(self) -> dict[str, str]:
        """For sealed storage."""
        return asdict(self)

    @property
    def last4(self) -> str:
        return self.account[-4:]

    @property
    def mark(self) -> str:
        """What the same account has in common, whoever writes it: the end of a statement's line is compared with it."""
        return hashlib.sha256(f"{self.sort_code}/{self.account}".encode()).hexdigest()[:32]


def read_account(*, holder: str, bank: str, account: str, sort_code: str = "", country: str = "GB") -> BankAccount:
    """Cleaned and checked as far as the numbers allow.

    Raises: BankAccountUnreadable.
    """
    number, code = (re.sub(r"[\s.-]+", "", each).upper() for each in (account, sort_code))
    holder, bank = " ".join(holder.split())[:80], " ".join(bank.split())[:30]
    if not holder:
        raise BankAccountUnreadable(field="holder")
    if _IBAN.fullmatch(number):
        if not _is_iban(number):
            raise BankAccountUnreadable(field="account")
        return BankAccount(holder, bank, number)
    if country == "GB":
        if not _SORT_CODE.fullmatch(code):
            raise BankAccountUnreadable(field="sort_code")
        if not _UK_ACCOUNT.fullmatch(number):
            raise BankAccountUnreadable(field="account")
        return BankAccount(holder, bank, number.zfill(8), code)
    if not _ELSEWHERE.fullmatch(number):
        raise BankAccountUnreadable(field="account")
    return BankAccount(holder, bank, number, code)


def sealed_account(text: str) -> BankAccount:
    """The account as it was sealed in a way to be paid. Raises: BankAccountUnreadable."""
    try:
        return BankAccount(**json.loads(text))
    except (ValueError, TypeError):
        raise BankAccountUnreadable(field="account") from None


def mark_of(account: str) -> str:
    """The mark of an account as a bank's list writes it: `040004/12345678`, or the number alone."""
    code, _, number = re.sub(r"[\s.-]+", "", account).upper().rpartition("/")
    return BankAccount("", "", number, code).mark if number else ""


def _is_iban(number: str) -> bool:
    """Source: ISO 13616, modulo 97."""
    turned = number[4:] + number[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1
