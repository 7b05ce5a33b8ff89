"""Reads every setting of an installation from `PAMOJA_*`, `.env` and, in development, a file of generated secrets."""

import base64
import functools
import hashlib
import hmac
import os
import sys
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import quote, unquote, urlsplit

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from pamoja.site.secrets import generated_secrets

EMPTY = SecretStr("")


def _listed(value: object) -> object:
    """Lists are written with commas, as people write them; `none` is the empty one, for a blank counts as unset."""
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split(",") if part.strip() not in ("", "none")]


Listed = Annotated[list[str], NoDecode, BeforeValidator(_listed)]


class ConfigError(Exception):
    """The settings cannot be used; `problems` names every one, so that they are mended in one go."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"Pamoja cannot start with these settings:\n{lines}")


class Config(BaseSettings):
    """Every setting, typed. Each field is read from `PAMOJA_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="PAMOJA_", extra="ignore", env_ignore_empty=True)
    # Django asks for this whenever `settings.PAMOJA` is read; where it is missing, pydantic looks for it at length.
    _mask_wrapped: ClassVar[bool] = True

    environment: Literal["development", "production", "test"] = "development"
    port: int = Field(default=8000, ge=1, le=65535)
    sandbox_port: int = Field(default=8900, ge=1, le=65535)
    host: str = "127.0.0.1"
    data: Path = Path("var")
    base_url: str = ""
    allowed_hosts: Listed = []
    trusted_proxies: Listed = []
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "text"] = "json"
    worker_metrics_port: int = 0
    metrics_sources: Listed = ["127.0.0.1", "::1"]
    clock_url: str = ""

    # The owner migrates; the application role only uses. A web process in production needs the second alone.
    database_url: SecretStr = EMPTY
    database_app_url: SecretStr = EMPTY
    postgres_bin: Path | None = None
    redis_url: SecretStr = EMPTY

    secret_key: SecretStr = EMPTY
    encryption_keys: SecretStr = EMPTY
    blind_index_key: SecretStr = EMPTY
    jwt_private_key: SecretStr = EMPTY

    smtp_host: str = ""
    smtp_port: int = 0
    smtp_user: str = ""
    smtp_password: SecretStr = EMPTY
    smtp_tls: Literal["none", "starttls", "tls"] = "none"
    mail_from: str = ""

    # WhatsApp and text messages through Twilio. Rates are per sender: WhatsApp gives 80 a second at
    # first, in and out together.
    twilio_base_url: str = ""
    twilio_content_url: str = ""
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = EMPTY
    twilio_whatsapp_from: str = ""
    twilio_sms_from: str = ""
    twilio_callback_base_url: str = ""
    twilio_whatsapp_a_second: float = Field(default=70.0, gt=0, le=2000)
    twilio_sms_a_second: float = Field(default=10.0, gt=0, le=2000)

    # WhatsApp through Meta's own API, where a community has connected a number of its own there. The version is the
    # newest that was known when this was written.
    meta_base_url: str = ""
    meta_api_version: str = Field(default="v25.0", pattern=r"^v\d+\.\d+$")
    meta_whatsapp_a_second: float = Field(default=70.0, gt=0, le=2000)
    # Where a link opens a chat with a number: wa.me, in development the sandbox.
    whatsapp_link_url: str = ""

    # Wakes browsers: a P-256 private key, base64url of its 32 bytes, and whom a push service may write to.
    vapid_private_key: SecretStr = EMPTY
    vapid_contact: str = ""
    push_hosts: Listed = []

    # What a message costs, for the estimate before many are sent. Units: millionths of a US dollar.
    price_whatsapp_micros: int = Field(default=5_000, ge=0)
    price_sms_micros: int = Field(default=25_000, ge=0)

    rails: Listed = ["mpesa", "stripe", "bank", "wallet"]
    mpesa_base_url: str = ""
    mpesa_consumer_key: str = ""
    mpesa_consumer_secret: SecretStr = EMPTY
    mpesa_shortcode: str = ""
    mpesa_passkey: SecretStr = EMPTY
    mpesa_initiator: str = ""
    mpesa_initiator_password: SecretStr = EMPTY
    mpesa_b2c_shortcode: str = ""
    mpesa_certificate: Path | None = None
    mpesa_callback_base_url: str = ""
    mpesa_allowed_sources: Listed = []
    mpesa_least_kes: int = Field(default=1, ge=1)
    mpesa_most_kes: int = Field(default=150_000, ge=1)
    mpesa_trusts_payout_results: bool = False

    stripe_base_url: str = ""
    stripe_secret_key: SecretStr = EMPTY
    stripe_webhook_base_url: str = ""
    # Whether the account with Stripe is signed up for Connect, so that members can be paid by it.
    stripe_connect: bool = False

    # Empty: transfers are made by hand, and the bank's statement is taken in as a file.
    bank_base_url: str = ""
    bank_token: SecretStr = EMPTY

    # How often a member is asked for one payment, and between which hours of their day after the first time.
    payments_attempts_max: int = Field(default=4, ge=1, le=20)
    payments_from_hour: int = Field(default=9, ge=0, le=23)
    payments_until_hour: int = Field(default=20, ge=1, le=24)

    _embedded: bool = PrivateAttr(default=False)

    @property
    def is_embedded(self) -> bool:
        """Whether the database is our own child, because no other was named."""
        return self._embedded

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def sandbox_url(self) -> str:
        """Where the outside world is played on this machine."""
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def owner_url(self) -> str:
        """The database as the role that owns and migrates it."""
        return self.database_url.get_secret_value()

    @property
    def runtime_url(self) -> str:
        """The database as the role that may only use it; beside the owner's unless it is given."""
        given = self.database_app_url.get_secret_value()
        return given or runtime_url_beside(self.owner_url, self.secret_key.get_secret_value())


def role_password(secret_key: str, role: str) -> str:
    """The password of a database role, derived, so that there is one secret less to keep."""
    digest = hmac.new(secret_key.encode(), f"database role {role}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def runtime_url_beside(owner_url: str, secret_key: str) -> str:
    """The same database as `<database>_runtime`, with a derived password."""
    parts = urlsplit(owner_url)
    role = f"{unquote(parts.path.lstrip('/'))}_runtime"
    place = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{quote(role)}:{role_password(secret_key, role)}@{place}").geturl()


def database_settings(url: str, **options: Any) -> dict[str, Any]:
    """Django's `DATABASES` entry for a PostgreSQL URL; `options` go to psycopg."""
    parts = urlsplit(url)
    queries = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": queries.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": {key: unquote(value) for key, value in queries.items()} | options,
    }


def read() -> Config:
    """Reads the settings afresh.

    Raises: ConfigError naming every setting that is missing, malformed or unsafe.
    """
    named = {**dotenv_values(".env"), **os.environ}
    data = Path(named.get("PAMOJA_DATA") or "var").resolve()
    production = named.get("PAMOJA_ENVIRONMENT") == "production"
    files: tuple[Path, ...] = (Path(".env"),)
    if not production:
        files = (generated_secrets(data), Path(".env"))
    try:
        config = Config(_env_file=files)  # type: ignore[call-arg]  # pydantic-settings takes it, its stubs do not say so
    except ValidationError as error:
        raise ConfigError([_told(problem) for problem in error.errors()]) from None
    config.data = data
    if config.is_production:
        from pamoja.site.production import problems_of

        if config.twilio_account_sid:
            config.twilio_base_url = config.twilio_base_url or "https://api.twilio.com"
            config.twilio_content_url = config.twilio_content_url or "https://content.twilio.com"
            config.twilio_callback_base_url = config.twilio_callback_base_url or config.base_url

        config.meta_base_url = config.meta_base_url or "https://graph.facebook.com"
        config.whatsapp_link_url = config.whatsapp_link_url or "https://wa.me"
        if problems := problems_of(config):
            raise ConfigError(problems)
    else:
        _point_at_this_machine(config)
    return config


@functools.cache
def load() -> Config:
    """The settings of this process; a process that cannot use them says why and ends with code 2."""
    try:
        return read()
    except ConfigError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


def _told(problem: Any) -> str:
    """One line a person can act on. The value is never repeated: it may be a secret."""
    return f"PAMOJA_{'.'.join(str(part) for part in problem['loc']).upper()}: {problem['msg']}"


def _point_at_this_machine(config: Config) -> None:
    """Outside production, whatever is not given points at the embedded database and the sandbox."""
    from pamoja.site.postgres import recorded_port

    config.base_url = config.base_url or f"http://localhost:{config.port}"
    config.allowed_hosts = config.allowed_hosts or [
        "localhost",
        ".localhost",
        "127.0.0.1",
        "[::1]",
        "testserver",
    ]
    config.smtp_host = config.smtp_host or "127.0.0.1"
    config.smtp_port = config.smtp_port or config.sandbox_port + 25
    config.mail_from = config.mail_from or "Pamoja <hello@pamoja.localhost>"
    config.twilio_base_url = config.twilio_base_url or config.sandbox_url
    config.twilio_content_url = config.twilio_content_url or config.sandbox_url
    config.twilio_account_sid = config.twilio_account_sid or f"AC{1:032x}"
    config.twilio_auth_token = config.twilio_auth_token or SecretStr("sandbox-auth-token")
    config.twilio_whatsapp_from = config.twilio_whatsapp_from or "+14155238886"
    config.twilio_sms_from = config.twilio_sms_from or "+15005550006"
    config.twilio_callback_base_url = config.twilio_callback_base_url or f"http://127.0.0.1:{config.port}"
    config.meta_base_url = config.meta_base_url or f"{config.sandbox_url}/graph"
    config.whatsapp_link_url = config.whatsapp_link_url or f"{config.sandbox_url}/wa.me"
    # A key of its own, from the secret that this machine already has.
    digest = hashlib.sha256(b"vapid" + config.secret_key.get_secret_value().encode()).digest()
    config.vapid_private_key = config.vapid_private_key or SecretStr(base64.urlsafe_b64encode(digest).decode())
    config.push_hosts = config.push_hosts or ["127.0.0.1", "localhost"]
    config.mpesa_base_url = config.mpesa_base_url or config.sandbox_url
    config.mpesa_consumer_key = config.mpesa_consumer_key or "pamoja-sandbox-consumer"
    config.mpesa_consumer_secret = config.mpesa_consumer_secret or SecretStr("pamoja-sandbox-secret")
    config.mpesa_shortcode = config.mpesa_shortcode or "174379"
    config.mpesa_passkey = config.mpesa_passkey or SecretStr("pamoja-sandbox-passkey")
    config.mpesa_initiator = config.mpesa_initiator or "pamoja-initiator"
    config.mpesa_initiator_password = config.mpesa_initiator_password or SecretStr("pamoja-initiator-password")
    config.mpesa_b2c_shortcode = config.mpesa_b2c_shortcode or "174379"
    config.mpesa_certificate = config.mpesa_certificate or config.data / "sandbox" / "mpesa-certificate.pem"
    config.mpesa_callback_base_url = config.mpesa_callback_base_url or f"http://127.0.0.1:{config.port}"
    config.mpesa_allowed_sources = config.mpesa_allowed_sources or ["127.0.0.1", "::1"]
    config.stripe_base_url = config.stripe_base_url or f"{config.sandbox_url}/stripe"
    config.stripe_connect = config.stripe_connect or "stripe_connect" not in config.model_fields_set
    config.bank_base_url = config.bank_base_url or f"{config.sandbox_url}/bank/v1"
    config.bank_token = config.bank_token or SecretStr("sandbox-bank-token")
    config.stripe_secret_key = config.stripe_secret_key or SecretStr("sk_test_pamoja_sandbox")
    config.stripe_webhook_base_url = config.stripe_webhook_base_url or f"http://127.0.0.1:{config.port}"
    if not config.owner_url and not config.database_app_url.get_secret_value():
        password = role_password(config.secret_key.get_secret_value(), "pamoja")
        port = recorded_port(config.data)
        config._embedded = True
        config.database_url = SecretStr(f"postgresql://pamoja:{password}@127.0.0.1:{port}/pamoja")
