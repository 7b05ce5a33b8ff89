"""Says what a production installation still lacks, and what in it is unsafe; all of it at once."""

import base64
import binascii
import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr

if TYPE_CHECKING:
    from pamoja.site.config import Config

NEEDED = (
    ("secret_key", "signs sessions and links; 50 random characters or more"),
    ("encryption_keys", "protects personal data; id:base64 of 32 bytes, newest first"),
    ("blind_index_key", "finds encrypted phone numbers; base64 of 32 bytes"),
    ("jwt_private_key", "signs API tokens; an RSA private key in PEM"),
    ("base_url", "the address people use, https://…"),
    ("allowed_hosts", "the host names this installation answers to"),
    ("smtp_host", "the mail server"),
    ("smtp_port", "the mail server's port"),
    ("mail_from", "the sender of mail"),
)
# Without an account there are no phones: what is said goes by mail.
NEEDED_FOR_TWILIO = (
    ("twilio_auth_token", "of the Twilio account"),
    ("twilio_whatsapp_from", "the WhatsApp sender, +…"),
)
NEEDED_FOR_MPESA = (
    ("mpesa_base_url", "Daraja's address"),
    ("mpesa_consumer_key", "of the Daraja app"),
    ("mpesa_consumer_secret", "of the Daraja app"),
    ("mpesa_shortcode", "the paybill that collects"),
    ("mpesa_passkey", "of the paybill"),
    ("mpesa_initiator", "the operator who pays out"),
    ("mpesa_initiator_password", "of that operator"),
    ("mpesa_b2c_shortcode", "the shortcode that pays out"),
    ("mpesa_certificate", "the file with Safaricom's public certificate"),
    ("mpesa_callback_base_url", "where Safaricom reaches this installation"),
    ("mpesa_allowed_sources", "the addresses its callbacks come from"),
)
NEEDED_FOR_STRIPE = (
    ("stripe_base_url", "Stripe's address, https://api.stripe.com"),
    ("stripe_secret_key", "of the Stripe account"),
    ("stripe_webhook_base_url", "where Stripe reaches this installation"),
)
NEEDED_FOR_BANK = (("bank_token", "what the bank knows this installation by"),)
ADDRESSES = (
    "base_url",
    "mpesa_base_url",
    "mpesa_callback_base_url",
    "stripe_base_url",
    "stripe_webhook_base_url",
    "bank_base_url",
    "twilio_base_url",
    "twilio_content_url",
    "twilio_callback_base_url",
    "meta_base_url",
    "whatsapp_link_url",
)


def problems_of(config: "Config") -> list[str]:
    """Every reason not to start, in the order of the settings; empty when all is well."""
    needed = NEEDED + (NEEDED_FOR_MPESA if "mpesa" in config.rails else ())
    needed += NEEDED_FOR_TWILIO if config.twilio_account_sid else ()
    needed += NEEDED_FOR_STRIPE if "stripe" in config.rails else ()
    needed += NEEDED_FOR_BANK if config.bank_base_url else ()
    missing = [f"{_name(field)} is missing: {why}." for field, why in needed if not _value(config, field)]
    if not (config.owner_url or config.database_app_url.get_secret_value()):
        missing.insert(
            0,
            "PAMOJA_DATABASE_APP_URL is missing: postgresql://… as the role that only uses (or PAMOJA_DATABASE_URL).",
        )
    return missing + _unsafe(config)


def _unsafe(config: "Config") -> list[str]:
    found = []
    if config.clock_url:
        found.append("PAMOJA_CLOCK_URL must not be set: nobody may turn the clock of a live installation.")
    found += [
        f"{_name(field)} must be an https:// address."
        for field in ADDRESSES
        if _value(config, field) and urlsplit(_value(config, field)).scheme != "https"
    ]
    found += [
        f"{_name(field)} points at a sandbox."
        for field in ("mpesa_base_url", "mpesa_callback_base_url")
        if _is_sandbox(_value(config, field))
    ]
    if "*" in config.allowed_hosts:
        found.append("PAMOJA_ALLOWED_HOSTS must name the hosts; * admits any.")
    if config.smtp_tls == "none" and config.smtp_host and not _is_local(config.smtp_host):
        found.append("PAMOJA_SMTP_TLS must be starttls or tls: mail would cross the network in the clear.")
    if 0 < len(config.secret_key.get_secret_value()) < 50:
        found.append("PAMOJA_SECRET_KEY is too short: 50 random characters or more.")
    if config.mpesa_certificate and not config.mpesa_certificate.is_file():
        found.append("PAMOJA_MPESA_CERTIFICATE names a file that is not there.")
    return found + _malformed_keys(config)


def _malformed_keys(config: "Config") -> list[str]:
    found = []
    ring = config.encryption_keys.get_secret_value()
    if ring and not all(":" in item and _is_key(item.partition(":")[2]) for item in ring.split(",")):
        found.append("PAMOJA_ENCRYPTION_KEYS is malformed: id:base64 of 32 bytes, separated by commas.")
    index = config.blind_index_key.get_secret_value()
    if index and not _is_key(index):
        found.append("PAMOJA_BLIND_INDEX_KEY is malformed: base64 of 32 bytes.")
    return found


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text.strip(), validate=True)) == 32
    except binascii.Error:
        return False


def _is_sandbox(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return bool(host) and (host.startswith("sandbox.") or _is_local(host))


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _name(field: str) -> str:
    return f"PAMOJA_{field.upper()}"


def _value(config: "Config", field: str) -> str:
    value = getattr(config, field)
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value or "")
