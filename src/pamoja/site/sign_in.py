"""How people sign in: the settings of django-allauth and of sessions, each with its reason."""

from __future__ import annotations

from typing import Any

from pamoja.site.config import Config


def sign_in_settings(config: Config) -> dict[str, Any]:
    """Django settings by name."""
    found = ACCOUNT | SECOND_FACTOR | SESSIONS | PASSWORDS | _tokens(config) | _transport(config)
    if config.environment == "test":
        # Argon2 takes a tenth of a gigabyte and a good part of a second on purpose; tests sign in a thousand times.
        found["PASSWORD_HASHERS"] = ["django.contrib.auth.hashers.MD5PasswordHasher", *found["PASSWORD_HASHERS"]]
    return found


ACCOUNT: dict[str, Any] = {
    "AUTHENTICATION_BACKENDS": [
        "allauth.account.auth_backends.AuthenticationBackend",
        "pamoja.kernel.identity.providers.RoleBackend",
    ],
    "LOGIN_URL": "account_login",
    "LOGIN_REDIRECT_URL": "home",
    "ACCOUNT_ADAPTER": "pamoja.kernel.identity.providers.AccountAdapter",
    "ACCOUNT_FORMS": {
        "signup": "pamoja.kernel.identity.forms.SignupForm",
        "reset_password": "pamoja.kernel.identity.forms.ResetPasswordForm",
    },
    "MFA_FORMS": {"add_webauthn": "pamoja.kernel.identity.forms.PasskeyForm"},
    "ACCOUNT_USER_MODEL_USERNAME_FIELD": None,
    "ACCOUNT_LOGIN_METHODS": {"email"},
    "ACCOUNT_SIGNUP_FIELDS": ["email*", "password1*", "password2*"],
    "ACCOUNT_EMAIL_VERIFICATION": "mandatory",
    "ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED": True,
    "ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND": True,
    "ACCOUNT_CHANGE_EMAIL": True,
    "ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED": True,
    "ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT": 600,
    "ACCOUNT_EMAIL_NOTIFICATIONS": True,
    "ACCOUNT_REAUTHENTICATION_REQUIRED": True,
    "ACCOUNT_REAUTHENTICATION_TIMEOUT": 600,
    "ACCOUNT_SESSION_REMEMBER": True,
    # Sign-in, registration and reset are counted by `identity.actions.trying`, in one statement, for pages and API.
    "ACCOUNT_RATE_LIMITS": {"login_failed": "5/m/key", "reset_password": "30/m/ip", "change_password": "5/m/user"},
    # Unique without regard to case, by a constraint of its own.
    "SILENCED_SYSTEM_CHECKS": ["auth.W004"],
}

SECOND_FACTOR: dict[str, Any] = {
    "MFA_ADAPTER": "pamoja.kernel.identity.providers.MFAAdapter",
    "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
    "MFA_PASSKEY_LOGIN_ENABLED": True,
    # A code is good once. Tolerating clocks that are off would outlast the memory of used codes.
    "MFA_TOTP_TOLERANCE": 0,
}

SESSIONS: dict[str, Any] = {
    # A session ends after 30 minutes without a request (`site.middleware.PersonMiddleware`); its row and cookie live
    # somewhat longer, so that the person can be told why.
    "SESSION_COOKIE_AGE": 3600,
    "SESSION_COOKIE_NAME": "pamoja_session",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "CSRF_COOKIE_NAME": "pamoja_csrf",
    "CSRF_COOKIE_SAMESITE": "Lax",
    "USERSESSIONS_TRACK_ACTIVITY": False,
}

PASSWORDS: dict[str, Any] = {
    "PASSWORD_HASHERS": [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ],
    "AUTH_PASSWORD_VALIDATORS": [
        {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
        {"NAME": "pamoja.kernel.identity.forms.PasswordMix"},
        {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
        {
            "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
            "OPTIONS": {"user_attributes": ("email", "name")},
        },
    ],
}

ACCESS_TOKEN_S = 300
REFRESH_TOKEN_S = 7 * 24 * 3600


def _tokens(config: Config) -> dict[str, Any]:
    return {
        "HEADLESS_TOKEN_STRATEGY": "allauth.headless.tokens.strategies.jwt.JWTTokenStrategy",
        "HEADLESS_JWT_ALGORITHM": "RS256",
        "HEADLESS_JWT_PRIVATE_KEY": config.jwt_private_key.get_secret_value(),
        "HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN": ACCESS_TOKEN_S,
        "HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN": REFRESH_TOKEN_S,
        "HEADLESS_JWT_STATEFUL_VALIDATION_ENABLED": True,
        "HEADLESS_JWT_ROTATE_REFRESH_TOKEN": True,
    }


def _transport(config: Config) -> dict[str, Any]:
    return {
        "SESSION_COOKIE_SECURE": config.is_production,
        "CSRF_COOKIE_SECURE": config.is_production,
        # Browsers take `localhost` for safe enough for passkeys, also without TLS.
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": not config.is_production,
    }
