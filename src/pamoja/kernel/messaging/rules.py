"""What goes first, what a failure means, and how a message is put together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from urllib.parse import urlsplit

from pamoja.kernel.messaging.errors import AddressUnusable, TemplateUnfit


class Priority(IntEnum):
    """What is handed over first when much is due."""

    SECURITY = 0
    MONEY = 10
    REST = 20


class State(StrEnum):
    """Where a message is on its way; it only ever moves forward, and the last three are the end."""

    QUEUED = "queued"
    SENDING = "sending"  # somebody has begun to hand it over, perhaps more than once
    SENT = "sent"
    FAILED = "failed"  # the provider will never take it
    GIVEN_UP = "given_up"  # it was tried for long enough


RETRY_S_FIRST, RETRY_S_MAX = 30, 3600
GIVE_UP_AFTER = timedelta(days=2)
# A turned clock or a long night without a worker must not end a message after a single try.
ATTEMPTS_MIN = 5

# Refused sign-in and the like are our own misconfiguration, not the message's fault. Source: RFC 4954, section 6.
_OUR_FAULT = frozenset({530, 534, 535, 538})
_WORD = r"[^@\s<>,;:\"\\\x00-\x1f\x7f]"
_ADDRESS = re.compile(rf"{_WORD}{{1,64}}@(?!\.)({_WORD}+)(?<!\.)")
_LINE_WITH_ADDRESS = re.compile(r"(?:(?P<label>[^\n:]{1,40}):\s+)?(?P<url>https?://\S+)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")

MISSING = "\x00"
"""What a template renders for data it was not given; never part of a text, for PostgreSQL cannot hold it."""


@dataclass(frozen=True)
class Part:
    """A paragraph, or with an address a button."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Verdict:
    """What becomes of a message after a failure."""

    state: State
    retry_after: timedelta | None = None


def is_permanent(smtp_code: int) -> bool:
    """Whether the reply means that this message will never be taken. Source: RFC 5321, section 4.2.1."""
    return 500 <= smtp_code <= 599 and smtp_code not in _OUR_FAULT


def after_failure(*, permanent: bool, attempts: int, due_at: datetime, now: datetime) -> Verdict:
    """Try again later and later, until the message has been tried for two days; what is permanent ends at once."""
    if permanent:
        return Verdict(State.FAILED)
    if attempts >= ATTEMPTS_MIN and now - due_at >= GIVE_UP_AFTER:
        return Verdict(State.GIVEN_UP)
    return Verdict(State.SENDING, timedelta(seconds=min(RETRY_S_FIRST * 2 ** min(attempts - 1, 10), RETRY_S_MAX)))


def clean_address(text: str) -> str:
    """The address without blanks around it.

    Raises: AddressUnusable when it could not be one, or could smuggle a second one in.
    """
    address = text.strip()
    if len(address) > 254 or not _ADDRESS.fullmatch(address):
        raise AddressUnusable(field="email")
    return address


def bare_address(recipient: str) -> str:
    """`Amina <a@example.org>` → `a@example.org`; what is not written so stays as it is, to be judged as an address."""
    named = re.fullmatch(r"[^<>\n]*<([^<>]+)>\s*", recipient)
    return named.group(1) if named else recipient


def masked(address: str) -> str:
    """Enough to recognise one's own address: `a…@example.org`."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}…@{domain}"


def one_line(text: str) -> str:
    """A subject or a name as one line, without anything that could start another header."""
    return " ".join(_CONTROL.sub(" ", text).split())


def subject_and_body(rendered: str, template: str) -> tuple[str, str]:
    """The first line and the rest.

    Raises: TemplateUnfit when either is missing, or data was.
    """
    if asked := re.findall(f"{MISSING}([^{MISSING}]*){MISSING}", rendered):
        raise TemplateUnfit(f"{template} needs {', '.join(sorted(set(asked)))}")
    subject, _, body = rendered.strip().partition("\n")
    if not subject.strip() or not body.strip():
        raise TemplateUnfit(f"{template} needs a subject in its first line, and a text below")
    return one_line(subject), re.sub(r"\n{3,}", "\n\n", body.strip()) + "\n"


def parts_of(text: str, *, own_url: str) -> list[Part]:
    """A plain text as paragraphs and buttons: a line of its own like `Pay now: https://…` is a button.

    Only an address of ours is: what somebody typed into a circle's name must not look like something to press.
    """
    parts = []
    for paragraph in text.strip().split("\n\n"):
        found = _LINE_WITH_ADDRESS.fullmatch(paragraph.strip())
        if found and found["url"].startswith(own_url):
            parts.append(Part(found["label"] or "", found["url"]))
        else:
            parts.append(Part(paragraph))
    return parts


def home_url(*, base_url: str, slug: str, domain: str | None) -> str:
    """Where a community lives, with a slash at the end: on its own domain, else below `/c/`."""
    if not domain:
        return f"{base_url.rstrip('/')}/c/{slug}/"
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{domain}{f':{parts.port}' if parts.port else ''}/"


def ink_on(colour: str) -> str:
    """Black or white, whichever is easier to read on `#rrggbb`. Source: relative luminance of WCAG 2.2."""

    def linear(part: int) -> float:
        value = part / 255
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(int(colour[start : start + 2], 16)) for start in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else "#111111"
