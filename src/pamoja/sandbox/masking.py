"""Hides secrets and phone numbers before anything is written to the request log."""

import json
import re

SECRET_HEADERS = {"authorization", "cookie", "set-cookie", "proxy-authorization"}
SECRET_FIELDS = {"password", "securitycredential", "pin", "passkey", "access_token"}
_MSISDN = re.compile(r"(?<!\d)(254[17])(\d{5})(\d{3})(?!\d)")
_KEYS = re.compile(r"\b((?:sk|rk|whsec)_(?:test_)?|\w+_secret_)[A-Za-z0-9_-]{8,}")
_FORM_SECRET = re.compile(r"((?:%5B|\[)(?:cvc|number|account_number)(?:%5D|\])=)[^&]+")
_SECRET = re.compile(rf'("(?:{"|".join(sorted(SECRET_FIELDS))})"\s*:\s*)("[^"]*"|[^,}}\s]+)', re.IGNORECASE)


def masked_phones(text: str) -> str:
    """Every Kenyan number in `text` as 2547****678."""
    return _MSISDN.sub(r"\1****\3", text)


def masked_body(text: str) -> str:
    """JSON, a form or plain text with its secret fields, keys, card and phone numbers hidden."""
    plain = _FORM_SECRET.sub(r"\1****", _SECRET.sub(r'\1"****"', text))
    return masked_phones(_KEYS.sub(r"\1****", plain))


def masked_headers(headers: list[tuple[str, str]]) -> str:
    """JSON of the headers; of a secret one only its scheme and last four characters."""
    return masked_phones(json.dumps({name: _masked_header(name, value) for name, value in headers}))


def _masked_header(name: str, value: str) -> str:
    if name.lower() not in SECRET_HEADERS:
        return value
    scheme, _, secret = value.rpartition(" ")
    return f"{scheme} ****{secret[-4:]}".strip() if len(secret) > 8 else "****"
