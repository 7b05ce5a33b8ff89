"""Django's settings, all derived from the typed `Config`."""

import os

from pamoja.site import unfold, wiring
from pamoja.site.config import database_settings, load
from pamoja.site.logs import logging_settings
from pamoja.site.sign_in import sign_in_settings

PAMOJA = load()

SECRET_KEY = PAMOJA.secret_key.get_secret_value()
DEBUG = False
ALLOWED_HOSTS = PAMOJA.allowed_hosts
CSRF_TRUSTED_ORIGINS = [PAMOJA.base_url] if PAMOJA.base_url else []
ROOT_URLCONF = "pamoja.site.urls"
WSGI_APPLICATION = "pamoja.site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "pamoja.site",  # first, so that its templates dress the pages of the others
    "unfold.apps.BasicAppConfig",  # without its own site: ours is in `back_office`
    "pamoja.site.back_office.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",
    "procrastinate.contrib.django",
    *wiring.PACKAGES,
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.headless",
]

MIDDLEWARE = [
    "pamoja.site.observing.DjangoFacts",
    "pamoja.site.security.SecurityHeadersMiddleware",
    "pamoja.site.middleware.CommunityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "pamoja.site.middleware.PersonMiddleware",
    "pamoja.site.middleware.RefusalMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pamoja.site.context.page",
            ],
        },
    },
]

# `pamoja migrate` alone works as the owner; all else as the role that may only use.
_url = PAMOJA.owner_url if os.environ.get("PAMOJA_AS_OWNER") == "1" else PAMOJA.runtime_url
DATABASES = {
    "default": {
        **database_settings(_url, pool={"min_size": 1, "max_size": 8, "timeout": 10}),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,  # one round trip a request, so that a restarted database fails none
    }
}

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

AUTH_USER_MODEL = "identity.Person"
globals().update(sign_in_settings(PAMOJA))

UNFOLD = unfold.UNFOLD

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("sw", "Kiswahili")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "pamoja.site.static_files.VersionedStorage"},
}
STATIC_ROOT = PAMOJA.data / "static"
MEDIA_ROOT = PAMOJA.data / "media"

CSRF_FAILURE_VIEW = "pamoja.site.errors.csrf_failed"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
EMAIL_HOST = PAMOJA.smtp_host
EMAIL_PORT = PAMOJA.smtp_port
EMAIL_HOST_USER = PAMOJA.smtp_user
EMAIL_HOST_PASSWORD = PAMOJA.smtp_password.get_secret_value()
EMAIL_USE_TLS = PAMOJA.smtp_tls == "starttls"
EMAIL_USE_SSL = PAMOJA.smtp_tls == "tls"
EMAIL_TIMEOUT = 10
# Sign-in codes and the like: queued with the request, handed over by the worker.
EMAIL_BACKEND = "pamoja.kernel.messaging.providers.OutboxBackend"
DEFAULT_FROM_EMAIL = PAMOJA.mail_from
LOGGING = logging_settings(PAMOJA.log_level, PAMOJA.log_format)
