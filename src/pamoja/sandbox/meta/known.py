"""The first number, its secrets, limits and error codes of this Meta: constants, for nothing here is worth stealing."""

NUMBER_ID = "106540352242922"
BUSINESS_ID = "102290129340398"
NUMBER = "+15550783881"
TOKEN = "sandbox-meta-token"  # noqa: S105 - known to everybody
APP_SECRET = "sandbox-meta-app-secret"  # noqa: S105 - known to everybody

DOOR = "/graph/"
WINDOW_S = 24 * 3600
TEXT_MOST, INTERACTIVE_TEXT_MOST, CAPTION_MOST, OPAQUE_MOST = 4096, 1024, 1024, 512
BUTTONS_MOST, BUTTON_TITLE_MOST, BUTTON_ID_MOST = 3, 20, 256
ROWS_MOST, ROW_TITLE_MOST, ROW_TEXT_MOST, ROW_ID_MOST, LIST_BUTTON_MOST = 10, 24, 72, 200, 20
TEMPLATE_BODY_MOST = 1024

_MB = 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument"
_DOCUMENTS = (
    "text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
    f"{_OFFICE}.wordprocessingml.document", f"{_OFFICE}.spreadsheetml.sheet", f"{_OFFICE}.presentationml.presentation",
)  # fmt: skip
MEDIA_BYTES_MOST = {
    **dict.fromkeys(("image/jpeg", "image/png"), 5 * _MB),
    **dict.fromkeys(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * _MB),
    **dict.fromkeys(("video/mp4", "video/3gpp"), 16 * _MB),
    "image/webp": 500 * 1024,
    **dict.fromkeys(_DOCUMENTS, 100 * _MB),
}
"""Each kind of file that WhatsApp takes, and how large it may be."""

TEXTS = {
    0: "AuthException",
    2: "Service temporarily unavailable",
    33: "Parameter value is not valid",
    100: "Invalid parameter",
    190: "Invalid OAuth access token - Cannot parse access token",
    130429: "Rate limit hit",
    131000: "Something went wrong",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131016: "Service unavailable",
    131021: "Recipient cannot be sender",
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    131048: "Spam rate limit hit",
    131049: "This message was not delivered to maintain healthy ecosystem engagement.",
    131050: "User has stopped receiving marketing messages from this business",
    131051: "Unsupported message type",
    131052: "Media download error",
    131053: "Media upload error",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    132000: "Number of parameters does not match the expected number of params",
    132001: "Template name does not exist in the translation",
    132015: "Template is paused",
    132018: "There's an issue with the parameters in your template",
}

# How a message ends that the other side of this world fails by Twilio's codes.
CODES = {
    63003: 131026, 63012: 131000, 63013: 368, 63014: 131050, 63016: 131047, 63018: 131056, 63019: 131053, 63021: 131053,
    63024: 131026, 63026: 131048, 63032: 130472, 63034: 131053, 63038: 131048, 30001: 130429, 30036: 131026,
}  # fmt: skip


def text_of(code: int) -> str:
    """Meta's title of a code."""
    return TEXTS.get(code, "Unknown error")
