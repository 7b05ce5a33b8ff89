"""Hides secrets and phone numbers before anything is written to the request log."""

import json
import re

SECRET_HEADERS = {"authorization", "cookie", "set-cookie", "proxy-authorization"}
SECRET_FIELDS = {"password", "securitycredential", "pin", "passkey", "access_token"}
_MSISDN = re.compile(r"(?<!\d)(254[17])(\d{5})(\d{3})(?!\d)")
_SECRET = re.compile(rf'("(?:{"|".join(sorted(SECRET_FIELDS))})"\s*:\s*)("[^"]*"|[^,}}\s]+)', re.IGNORECASE)


def masked_phones(text: str) -> str:
    """Every Kenyan number in `text` as 2547****678."""
    return _MSISDN.sub(r"\1****\3", text)


def masked_body(text: str) -> str:
    """JSON or plain text with its secret fields and phone numbers hidden."""
    return masked_phones(_SECRET.sub(r'\1"****"', text))


def masked_headers(headers: list[tuple[str, str]]) -> str:
    """JSON of the headers; of a secret one only its scheme and last four characters."""
    return masked_phones(json.dumps({name: _masked_header(name, value) for name, value in headers}))


def _masked_header(name: str, value: str) -> str:
    if name.lower() not in SECRET_HEADERS:
        return value
    scheme, _, secret = value.rpartition(" ")
    return f"{scheme} ****{secret[-4:]}".strip() if len(secret) > 8 else "****"
