"""Makes identifiers that look like M-PESA's: receipts, request, checkout and conversation ids."""

import secrets
import string
from datetime import datetime

from pamoja.sandbox.clock import NAIROBI

_LETTERS = string.digits + string.ascii_uppercase
_DAYS = string.digits[1:] + string.ascii_uppercase


def new_receipt(at: datetime) -> str:
    """Ten characters of which the first three tell year, month and day, as on a real receipt."""
    day = at.astimezone(NAIROBI)
    year, month = string.ascii_uppercase[(day.year - 2006) % 26], string.ascii_uppercase[day.month - 1]
    return year + month + _DAYS[day.day - 1] + "".join(secrets.choice(_LETTERS) for _ in range(7))


def new_request_id() -> str:
    return f"{_number(5)}-{_number(8)}-1"


def new_checkout_request_id(at: datetime) -> str:
    return f"ws_CO_{at.astimezone(NAIROBI):%d%m%Y%H%M%S}{_number(9)}"


def new_conversation_id(at: datetime) -> str:
    return f"AG_{at.astimezone(NAIROBI):%Y%m%d}_{secrets.token_hex(10)}"


def _number(digits: int) -> str:
    return str(secrets.randbelow(9 * 10 ** (digits - 1)) + 10 ** (digits - 1))
