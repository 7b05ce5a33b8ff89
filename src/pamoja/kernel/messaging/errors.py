"""The ways this package says no, and how a provider does."""

from pamoja.foundation.errors import ProviderFailure, Refusal


class AddressUnusable(Refusal):
    """This is not an address we can write to."""

    code = "messaging.address_unusable"
    kind = "invalid"


class TemplateUnfit(RuntimeError):
    """A template lacks a subject or asks for data that it was not given: a bug of the package that sends it."""


class ConversationNotFound(Refusal):
    """There is no such conversation."""

    code = "messaging.conversation_not_found"
    kind = "not_found"


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


class NotificationNotFound(Refusal):
    """There is no such notification."""

    code = "messaging.notification_not_found"
    kind = "not_found"


class NotAMembersWish(Refusal):
    """Only a member can say what they want to hear."""

    code = "messaging.not_a_members_wish"
    kind = "forbidden"


class NoPhoneToReach(Refusal):
    """Verify your phone first, so that we know it is yours; or write to us on WhatsApp."""

    code = "messaging.no_phone_to_reach"
    kind = "conflict"


class PushEndpointUnknown(Refusal):
    """This browser's push service is not one that we know."""

    code = "messaging.push_endpoint_unknown"
    kind = "invalid"


class BroadcastNotFound(Refusal):
    """There is no such bulk message."""

    code = "messaging.broadcast_not_found"
    kind = "not_found"


class BroadcastUnderWay(Refusal):
    """This bulk message is {state}, so that cannot be done now."""

    code = "messaging.broadcast_under_way"
    kind = "conflict"


class SaidJustBefore(Refusal):
    """The same text went to the same people within the last day. If that is meant, say so and send again."""

    code = "messaging.said_just_before"
    kind = "conflict"


class NobodyToReach(Refusal):
    """Nobody in this audience can be reached."""

    code = "messaging.nobody_to_reach"
    kind = "conflict"


class CodeWrong(Refusal):
    """This is not the code that we sent."""

    code = "messaging.code_wrong"
    kind = "invalid"


class CodeStale(Refusal):
    """This code is no longer valid. Ask for another."""

    code = "messaging.code_stale"
    kind = "conflict"


class CodeTooSoon(Refusal):
    """We have just sent you a code. It can take a minute to arrive."""

    code = "messaging.code_too_soon"
    kind = "limit"


class PhoneProven(Refusal):
    """Your phone is verified already."""

    code = "messaging.phone_proven"
    kind = "conflict"


class PhoneSaidStop(Refusal):
    """Somebody wrote STOP from this phone, so we send nothing there. Write START to us from it first."""

    code = "messaging.phone_said_stop"
    kind = "conflict"


class NoTextMessages(Refusal):
    """This community cannot send text messages yet."""

    code = "messaging.no_text_messages"
    kind = "unavailable"


class MessageTemplateNotFound(Refusal):
    """There is no such message."""

    code = "messaging.template_not_found"
    kind = "not_found"


class SenderUnfit(Refusal):
    """This is nothing that messages could come from. Write a number such as +254 700 123 456, or an email address."""

    code = "messaging.sender_unfit"
    kind = "invalid"


class SenderTaken(Refusal):
    """Another community already speaks by this number."""

    code = "messaging.sender_taken"
    kind = "conflict"


class MetaNotConnected(Refusal):
    """Meta did not let us in: {reason}."""

    code = "messaging.meta_not_connected"
    kind = "invalid"


class NoWhatsApp(Refusal):
    """This community has no WhatsApp number yet."""

    code = "messaging.no_whatsapp"
    kind = "unavailable"
