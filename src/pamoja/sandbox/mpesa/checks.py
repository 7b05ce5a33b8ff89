"""Reads the fields of a request as strictly as the real gateway does."""

import base64
import binascii
import re
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pamoja.sandbox.mpesa.daraja import DarajaError, invalid
from pamoja.sandbox.mpesa.known import PASSKEY
from pamoja.sandbox.world import World

MSISDN = re.compile(r"254[17]\d{8}")
FORBIDDEN_WORDS = ("mpesa", "m-pesa", "safaricom", "exe", "exec", "cmd", "sql", "query")
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
AMOUNT_MOST = 10**9


def text(body: dict[str, Any], field: str, *, least: int = 1, most: int = 255) -> str:
    """A text field; numbers are taken as their digits. Raises: DarajaError outside `least`..`most` characters."""
    value = body.get(field, "")
    if isinstance(value, bool) or not isinstance(value, str | int) or not least <= len(str(value)) <= most:
        raise invalid(field)
    return str(value)


def choice(body: dict[str, Any], field: str, *choices: str) -> str:
    value = text(body, field, least=0)
    if value not in choices:
        raise invalid(field)
    return value


def phone(body: dict[str, Any], field: str) -> str:
    value = text(body, field, least=0)
    if not MSISDN.fullmatch(value):
        raise invalid(field)
    return value


def amount(body: dict[str, Any], field: str = "Amount") -> int:
    """Units: whole shillings, at least 1; a number or a numeric string."""
    value = text(body, field, least=0, most=12)
    if not re.fullmatch(r"[0-9]+", value) or not 1 <= int(value) <= AMOUNT_MOST:
        raise invalid(field)
    return int(value)


def url(world: World, body: dict[str, Any], field: str) -> str:
    """HTTPS anywhere, plain HTTP on this machine; no forbidden word in the path."""
    value = text(body, field, least=0, most=500)
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise invalid(field) from None
    is_local = host in LOCAL_HOSTS or host.endswith(".localhost") or host in world.options.callback_hosts
    is_allowed = parts.scheme == "https" or (parts.scheme == "http" and is_local)
    path = f"{parts.path}?{parts.query}".lower()
    if not host or not is_allowed or any(word in path for word in FORBIDDEN_WORDS):
        raise invalid(field)
    return value


def merchant(world: World, body: dict[str, Any], field: str = "BusinessShortCode") -> str:
    """A shortcode that exists. Raises: DarajaError."""
    shortcode = text(body, field, least=0, most=10)
    if not shortcode.isdigit():
        raise invalid(field)
    if world.store.one("SELECT 1 FROM organisation WHERE shortcode = ?", shortcode) is None:
        raise DarajaError(500, "500.001.1001", "Merchant does not exist")
    return shortcode


def password(body: dict[str, Any], shortcode: str) -> None:
    """That Password is base64(shortcode + passkey + Timestamp) and Timestamp a moment. Raises: DarajaError."""
    timestamp = text(body, "Timestamp", least=0)
    try:
        datetime.strptime(timestamp if re.fullmatch(r"\d{14}", timestamp) else "", "%Y%m%d%H%M%S")  # noqa: DTZ007 - without a zone by contract
    except ValueError:
        raise invalid("Timestamp") from None
    try:
        given = base64.b64decode(text(body, "Password", least=0, most=500), validate=True)
    except (binascii.Error, ValueError):
        given = b""
    if not secrets.compare_digest(given, f"{shortcode}{PASSKEY}{timestamp}".encode()):
        raise DarajaError(500, "500.001.1001", "[MerchantValidate] - Wrong credentials")
