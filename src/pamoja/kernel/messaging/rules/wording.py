"""How a message is put together: one subject, paragraphs, buttons, and a colour one can read on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from pamoja.kernel.messaging.errors import TemplateUnfit

_LINE_WITH_ADDRESS = re.compile(r"(?:(?P<label>[^\n:]{1,40}):\s+)?(?P<url>https?://\S+)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")

MISSING = "\x00"
"""What a template renders for data it was not given; never part of a text, for PostgreSQL cannot hold it."""


@dataclass(frozen=True)
class Part:
    """A paragraph, or with an address a button."""

    text: str
    url: str = ""


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
