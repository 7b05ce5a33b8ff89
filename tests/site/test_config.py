"""Reading the settings ..."""

import base64
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pamoja.site import config as settings
from pamoja.site.config import ConfigError, database_settings, role_password, runtime_url_beside

KEY = base64.b64encode(bytes(32)).decode()
PRODUCTION = {
    "ENVIRONMENT": "production",
    "DATABASE_APP_URL": "postgresql://pamoja_runtime:secret@db.internal/pamoja",
    "SECRET_KEY": "s" * 50,
    "ENCRYPTION_KEYS": f"1:{KEY}",
    "BLIND_INDEX_KEY": KEY,
    "JWT_PRIVATE_KEY": "-----BEGIN PRIVATE KEY-----",
    "BASE_URL": "https://umoja.example",
    "ALLOWED_HOSTS": "umoja.example, harambee.example",
    "SMTP_HOST": "smtp.umoja.example",
    "SMTP_PORT": "587",
    "SMTP_TLS": "starttls",
    "MAIL_FROM": "Umoja <hello@umoja.example>",
    "RAILS": "none",
}
MPESA = {
    "RAILS": "mpesa",
    "MPESA_BASE_URL": "https://api.safaricom.example",
    "MPESA_CONSUMER_KEY": "key",
    "MPESA_CONSUMER_SECRET": "secret",
    "MPESA_SHORTCODE": "174379",
    "MPESA_PASSKEY": "passkey",
    "MPESA_INITIATOR": "initiator",
    "MPESA_INITIATOR_PASSWORD": "password",
    "MPESA_B2C_SHORTCODE": "600610",
    "MPESA_CALLBACK_BASE_URL": "https://umoja.example",
    "MPESA_ALLOWED_SOURCES": "196.201.214.0/24",
}
STRIPE = {
    "STRIPE_BASE_URL": "https://api.stripe.example",
    "STRIPE_SECRET_KEY": "sk_live_something",
    "STRIPE_WEBHOOK_BASE_URL": "https://umoja.example",
}


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Sets exactly these settings, in an empty folder."""
    import os

    def give(**values: str) -> None:
        for name in [name for name in os.environ if name.startswith("PAMOJA_")]:
            monkeypatch.delenv(name)
        for name, value in values.items():
            monkeypatch.setenv(f"PAMOJA_{name}", value)

    monkeypatch.chdir(tmp_path)
    return give


def problems() -> list[str]:
    with pytest.raises(ConfigError) as caught:
        settings.read()
    return caught.value.problems


def test_needs_nothing_for_development(given, tmp_path):
    given()
    config = settings.read()

    assert config.is_embedded
    assert config.base_url == "http://localhost:8000"
    assert config.mpesa_base_url == "http://127.0.0.1:8900"
    assert config.smtp_port == 8925
    assert config.data == tmp_path / "var"


def test_makes_secrets_once_for_their_owner_alone(given, tmp_path):
    given()
    first, second = settings.read(), settings.read()

    assert first.secret_key == second.secret_key
    assert first.jwt_private_key.get_secret_value().startswith("-----BEGIN PRIVATE KEY-----")
    assert stat.S_IMODE((tmp_path / "var" / "secrets.env").stat().st_mode) == 0o600


def test_makes_the_same_secrets_for_all_who_start_at_once(given, tmp_path):
    given()
    program = "from pamoja.site.config import read; print(read().secret_key.get_secret_value())"
    starts = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(4)]

    assert len({start.communicate()[0] for start in starts}) == 1


def test_believes_the_environment_before_the_file(given, tmp_path):
    given(PORT="8100")
    (tmp_path / ".env").write_text("PAMOJA_PORT=8200\nPAMOJA_SANDBOX_PORT=8300\nPAMOJA_DATA=elsewhere\n")
    config = settings.read()

    assert (config.port, config.sandbox_port, config.data) == (8100, 8300, tmp_path / "elsewhere")


def test_never_shows_a_secret(given):
    given(SECRET_KEY="do-not-tell-" * 5, DATABASE_URL="postgresql://pamoja:do-not-tell@db/pamoja")

    assert "do-not-tell" not in repr(settings.read())


def test_accepts_a_whole_production(given):
    given(**PRODUCTION)

    assert settings.read().allowed_hosts == ["umoja.example", "harambee.example"]


def test_names_all_that_a_production_lacks(given):
    given(ENVIRONMENT="production")

    named = {problem.split()[0].removeprefix("PAMOJA_") for problem in problems()}

    expected = (PRODUCTION | MPESA | STRIPE | {"MPESA_CERTIFICATE": ""}).keys() - {"ENVIRONMENT", "SMTP_TLS", "RAILS"}
    assert named == expected


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("CLOCK_URL", "http://127.0.0.1:8900/clock", "PAMOJA_CLOCK_URL"),
        ("BASE_URL", "http://umoja.example", "PAMOJA_BASE_URL"),
        ("MPESA_BASE_URL", "http://api.safaricom.example", "PAMOJA_MPESA_BASE_URL"),
        ("MPESA_BASE_URL", "https://sandbox.safaricom.example", "PAMOJA_MPESA_BASE_URL"),
        ("MPESA_CALLBACK_BASE_URL", "https://127.0.0.1", "PAMOJA_MPESA_CALLBACK_BASE_URL"),
        ("ALLOWED_HOSTS", "*", "PAMOJA_ALLOWED_HOSTS"),
        ("SMTP_TLS", "none", "PAMOJA_SMTP_TLS"),
        ("SECRET_KEY", "short", "PAMOJA_SECRET_KEY"),
        ("ENCRYPTION_KEYS", "1:c2hvcnQ=", "PAMOJA_ENCRYPTION_KEYS"),
        ("BLIND_INDEX_KEY", "not base64!", "PAMOJA_BLIND_INDEX_KEY"),
        ("MPESA_CERTIFICATE", "/nowhere.pem", "PAMOJA_MPESA_CERTIFICATE"),
        ("PORT", "eighty", "PAMOJA_PORT"),
    ],
)
def test_refuses_an_unsafe_production(given, tmp_path, setting, value, named):
    (tmp_path / "certificate.pem").touch()
    given(**(PRODUCTION | MPESA | {"MPESA_CERTIFICATE": "certificate.pem", setting: value}))

    assert [problem.split()[0].rstrip(":") for problem in problems()] == [named]


def test_does_not_read_generated_secrets_in_production(given):
    given()
    settings.read()
    given(**{name: value for name, value in PRODUCTION.items() if name != "SECRET_KEY"})

    assert [problem.split()[0] for problem in problems()] == ["PAMOJA_SECRET_KEY"]


def test_derives_the_runtime_role_beside_the_owner():
    url = runtime_url_beside("postgresql://owner:pass@db.internal:6432/sav%20ings?sslmode=require", "key")

    password = role_password("key", "sav ings_runtime")
    assert url == f"postgresql://sav%20ings_runtime:{password}@db.internal:6432/sav%20ings?sslmode=require"


def test_reads_a_database_address_with_all_its_parts():
    found = database_settings("postgresql://a:b%40c@db:6432/savings?sslmode=require", pool=False)

    assert found == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "savings",
        "USER": "a",
        "PASSWORD": "b@c",
        "HOST": "db",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require", "pool": False},
    }
