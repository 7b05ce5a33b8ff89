"""How a message is put together: one subject, paragraphs, buttons, and a colour one can read on."""

from __future__ import annotations

import re
from dataclasses import dataclass

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


PUSH_HINTS = {
    "money": ("Something happened with your money.", "Kuna jambo kuhusu pesa zako."),
    "reminder": ("A contribution is due.", "Kuna mchango unaodaiwa."),
    "lesson": ("Your next lesson is here.", "Somo lako lijalo liko tayari."),
}


def push_hint(kind: str, language: str) -> str:
    """What a locked screen may show: what it is about, and nothing personal."""
    english, swahili = PUSH_HINTS.get(kind, ("There is news for you.", "Kuna habari kwako."))
    return swahili if language == "sw" else english


def link_in(text: str, *, own_url: str) -> Part:
    """The page of ours that a text leads to, with what its button says; nothing where there is none."""
    return next((part for part in parts_of(text, own_url=own_url) if part.url), Part(""))


def short_text(community: str, subject: str, url: str) -> str:
    """A message as a text message: who speaks, what it is about, and where to read on."""
    return f"{community}: {subject}{f' {url}' if url else ''}"


def chat_text(subject: str, text: str) -> str:
    """A message as it reads in a chat: what it is about in bold, then the rest."""
    return f"*{subject}*\n\n{text.strip()}" if subject else text


MARK_FROM, MARK_TO = "\x01", "\x02"
"""Stand around what differs in a rendered text, so that the same text with numbered gaps can be approved."""

_MARKED = re.compile(f"{MARK_FROM}([^{MARK_FROM}{MARK_TO}]*){MARK_TO}")
_FOOT = {"en": "Reply STOP to end these messages.", "sw": "Jibu ACHA usipotaka ujumbe huu tena."}
_GREETING = {"en": "Hello!", "sw": "Habari!"}


def unmarked(rendered: str) -> str:
    """The text as it is read."""
    return rendered.replace(MARK_FROM, "").replace(MARK_TO, "")


def skeleton_of(rendered: str, language: str) -> tuple[str, tuple[str, ...]]:
    """A marked text as a WhatsApp template, `{{1}}` where something differs, and what goes there.

    A template neither begins nor ends with a gap, has no two side by side, and none is filled with nothing or with
    more than one line. Source: WhatsApp's rules for templates.
    """
    values: list[str] = []

    def gap(found: re.Match[str]) -> str:
        value = one_line(found[1])
        if not value:
            return ""
        values.append(value)
        return f"{{{{{len(values)}}}}}"

    subject, _, text = rendered.strip().partition("\n")
    words = chat_text(_MARKED.sub(gap, subject), re.sub(r"\n{3,}", "\n\n", _MARKED.sub(gap, text)))
    for number in range(len(values) - 1, 0, -1):
        side_by_side = re.compile(rf"\{{\{{{number}\}}\}}(\s*)\{{\{{{number + 1}\}}\}}")
        if found := side_by_side.search(words):
            words = words.replace(found[0], f"{{{{{number}}}}}", 1)
            values[number - 1 : number + 1] = [one_line(f"{values[number - 1]} {values[number]}")]
            for later in range(number + 2, len(values) + 2):
                words = words.replace(f"{{{{{later}}}}}", f"{{{{{later - 1}}}}}")
    if words.lstrip("*_~").startswith("{{"):
        words = f"{_GREETING.get(language, _GREETING['en'])} {words}"
    return f"{words.strip()}\n\n{_FOOT.get(language, _FOOT['en'])}", tuple(values)


def samples_for(skeleton: str) -> tuple[str, ...]:
    """An invented filling for each gap of a template; one after a colon is an address of a page."""
    numbers = sorted({int(each) for each in re.findall(r"\{\{(\d+)\}\}", skeleton)})
    return tuple(
        "https://pamoja.example/page/" if re.search(rf":\s*\{{\{{{number}\}}\}}", skeleton) else "Umoja 5"
        for number in numbers
    )


def filled(skeleton: str, values: tuple[str, ...]) -> str:
    """A template as it is read once its gaps are filled."""
    for number, value in enumerate(values, start=1):
        skeleton = skeleton.replace(f"{{{{{number}}}}}", value)
    return skeleton


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


def ink_on(colour: str) -> str:
    """Black or white, whichever is easier to read on `#rrggbb`. Source: relative luminance of WCAG 2.2."""

    def linear(part: int) -> float:
        value = part / 255
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(int(colour[start : start + 2], 16)) for start in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else "#111111"
