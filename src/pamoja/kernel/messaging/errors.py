"""The ways this package says no, and how a provider does."""

from pamoja.foundation.errors import ProviderFailure, Refusal


class AddressUnusable(Refusal):
    """This is not an address we can write to."""

    code = "messaging.address_unusable"
    kind = "invalid"


class TemplateUnfit(RuntimeError):
    """A template lacks a subject or asks for data that it was not given: a bug of the package that sends it."""


class WindowClosed(Refusal):
    """They last wrote more than a day ago, so WhatsApp lets us send only approved texts."""

    code = "messaging.window_closed"
    kind = "conflict"


class ProviderAway(ProviderFailure):
    """The provider could not be reached or spoken to, whatever the message; another time it may."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message, permanent=False, code=code)


MailServerAway = ProviderAway


class OutcomeUnknown(ProviderFailure):
    """The provider was asked and did not answer: it may have the message, and is asked about it before the next try."""

    def __init__(self, message: str, *, code: str = "timeout") -> None:
        super().__init__(message, permanent=False, code=code)
