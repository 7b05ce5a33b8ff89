"""Signs what is told to the platform, exactly as Twilio does: HMAC-SHA1 over the address and the sorted fields."""

import base64
import hmac
from collections.abc import Mapping
from hashlib import sha1
from secrets import token_hex
from urllib.parse import urldefrag, urlencode

from pamoja.sandbox.twilio.known import AUTH_TOKEN

USER_AGENT = "TwilioProxy/1.1"


def signature(url: str, fields: Mapping[str, str], *, token: str = AUTH_TOKEN) -> str:
    """The value of `X-Twilio-Signature`; the connection overrides after `#` are not part of the address."""
    said = urldefrag(url).url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), said.encode(), sha1).digest()).decode()


def signed_form(url: str, fields: Mapping[str, str], *, wrongly: bool = False) -> tuple[str, dict[str, str]]:
    """The body and headers of a webhook; a wrong signature is made with another token."""
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "Accept": "*/*",
        "User-Agent": USER_AGENT,
        "I-Twilio-Idempotency-Token": token_hex(16),
        "X-Twilio-Signature": signature(url, fields, token="not-" + AUTH_TOKEN if wrongly else AUTH_TOKEN),
    }
    return urlencode(fields), headers
