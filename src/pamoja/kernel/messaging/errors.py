"""The ways this package says no, and how a mail server does."""

from pamoja.foundation.errors import ProviderFailure, Refusal


class AddressUnusable(Refusal):
    """This is not an email address we can write to."""

    code = "messaging.address_unusable"
    kind = "invalid"


class TemplateUnfit(RuntimeError):
    """A template lacks a subject or asks for data that it was not given: a bug of the package that sends it."""


class MailServerAway(ProviderFailure):
    """The server could not be reached or spoken to, whatever the message; another time it may."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message, permanent=False, code=code)
