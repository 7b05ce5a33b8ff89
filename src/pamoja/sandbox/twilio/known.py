"""The credentials, addresses, codes and magic numbers of this Twilio: constants, for nothing here is worth stealing."""

ACCOUNT_SID = "AC" + "0" * 31 + "1"
AUTH_TOKEN = "sandbox-auth-token"  # noqa: S105 - known to everybody
API_KEY_SID = "SK" + "0" * 31 + "1"
API_KEY_SECRET = "sandbox-api-key-secret"  # noqa: S105 - known to everybody
SERVICE_SID = "MG" + "0" * 31 + "1"
INSTALL_SID = "XE" + "0" * 31 + "1"
WHATSAPP_SENDER = "whatsapp:+14155238886"
SMS_SENDER = "+15005550006"
FIRST_SENDERS = {WHATSAPP_SENDER: "Pamoja", SMS_SENDER: "PAMOJA"}

API_VERSION = "2010-04-01"
# Every path that a provider's client may ask for; what is not found there is refused in Twilio's words.
DOORS = ("/2010-04-01/", "/v1/Content", "/v2/Indicators/", "/v3/Indicators/")

WINDOW_S = 24 * 3600
BODY_MOST = 1600
CAPTION_MOST = 1024
WHATSAPP_MEDIA_BYTES_MOST = 16 * 1024 * 1024
WHATSAPP_IMAGE_BYTES_MOST = 5 * 1024 * 1024
MEDIA_TYPES = (
    "image/jpeg", "image/png", "image/webp", "audio/ogg", "audio/amr", "audio/3gpp", "audio/aac", "audio/mpeg",
    "video/mp4", "application/pdf", "text/vcard", "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)  # fmt: skip

# The last four digits of 25479999xxxx choose how a message to that phone ends. Ours, not Twilio's.
MAGIC_BLOCK = "25479999"
MAGIC_REFUSED = {"0610": 21610, "0211": 21211}
MAGIC_FAILS = {
    "0003": 63003, "0012": 63012, "0013": 63013, "0014": 63014, "0016": 63016, "0019": 63019, "0024": 63024,
    "0026": 63026, "0032": 63032, "0038": 63038, "0001": 30001, "0036": 30036,
}  # fmt: skip
MAGIC_FAILS_TWICE = {"0018": 63018}

TEXTS = {
    20001: "Bad parameter",
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "An internal server error has occurred",
    21211: "The 'To' number {0} is not a valid phone number.",
    21212: "The 'From' number {0} is not a valid phone number, shortcode, or alphanumeric sender ID.",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: "The 'From' phone number provided ({0}) is not a valid message-capable Twilio phone number for this "
    "account.",
    21609: "The 'StatusCallback' URL {0} is not a valid URL.",
    21610: "Attempt to send to unsubscribed recipient",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21620: "Invalid media URL(s)",
    21623: "Number of media files exceeds allowed limit",
    21655: "The ContentSid {0} is invalid.",
    21656: "The ContentVariables Parameter is invalid.",
    21701: "The Messaging Service resource is not available",
    30001: "Queue overflow",
    30036: "Validity Period Expired",
    63003: "Channel could not find To address",
    63005: "Channel did not accept given content",
    63007: "Twilio could not find a Channel with the specified From address",
    63012: "Channel provider returned an internal service error",
    63013: "Channel policy violation",
    63014: "Channel message blocked by user action",
    63016: "Failed to send freeform message because you are outside the allowed window. "
    "If you are using WhatsApp, please use a Message Template.",
    63018: "Rate limit exceeded for Channel",
    63019: "Media failed to download",
    63021: "Channel invalid content error",
    63024: "Invalid message recipient",
    63026: "Message Sender flagged as spam",
    63031: "Channel message cannot have same From and To",
    63032: "User cannot receive this message due to a WhatsApp limitation",
    63034: "Media exceeds the WhatsApp size limit",
    63038: "Account exceeded the daily messages limit",
}


def text_of(code: int, *words: str) -> str:
    """Twilio's sentence for a code."""
    return TEXTS.get(code, "Unknown error").format(*words)
