"""What a WhatsApp message can hold: text, up to three buttons or ten rows, one medium, each within its limits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

# Source: WhatsApp through Twilio. Counted as UTF-16 code units, the stricter reading for emoji.
TEXT_MAX, INTERACTIVE_TEXT_MAX = 1600, 1024
# Two segments of a text message in GSM's alphabet.
SMS_MAX = 306
BUTTONS_MAX, BUTTON_TITLE_MAX = 3, 20
ROWS_MAX, ROW_TITLE_MAX, ROW_TEXT_MAX, ROWS_LABEL_MAX, ID_MAX = 10, 24, 72, 20, 200


@dataclass(frozen=True)
class Choice:
    """One button or row; the id comes back when it is chosen."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class Content:
    """What a message holds beside its text."""

    buttons: tuple[Choice, ...] = ()
    rows: tuple[Choice, ...] = ()
    rows_label: str = ""
    media_url: str = ""
    ignores_stop: bool = False
    sms: str = ""
    url: str = ""
    skeleton: str = ""
    variables: tuple[str, ...] = field(default=())

    def written(self) -> str:
        """As it is kept: only what is there."""
        return json.dumps({name: value for name, value in asdict(self).items() if value})

    @classmethod
    def read(cls, text: str) -> Content:
        """What `written` wrote."""
        kept: dict[str, Any] = json.loads(text or "{}")
        for name in ("buttons", "rows"):
            kept[name] = tuple(Choice(**each) for each in kept.get(name, ()))
        kept["variables"] = tuple(kept.get("variables", ()))
        return cls(**kept)

    @property
    def is_interactive(self) -> bool:
        return bool(self.buttons or self.rows)


def width(text: str) -> int:
    """How long WhatsApp counts a text to be."""
    return len(text.encode("utf-16-le")) // 2


def shortened(text: str, most: int) -> str:
    """The text, or as much of it as fits, with an ellipsis."""
    if width(text) <= most:
        return text
    while width(text) > most - 1:
        text = text[:-1]
    return f"{text.rstrip()}…"


def fit_choices(choices: Sequence[Choice], *, as_rows: bool) -> tuple[Choice, ...]:
    """The same choices, no more of them and none longer than the channel shows."""
    most, title_max = (ROWS_MAX, ROW_TITLE_MAX) if as_rows else (BUTTONS_MAX, BUTTON_TITLE_MAX)
    return tuple(
        Choice(each.id, shortened(each.title, title_max), shortened(each.description, ROW_TEXT_MAX) if as_rows else "")
        for each in choices[:most]
    )


def check(text: str, content: Content) -> None:
    """A ValueError, which is a bug of the sender, when WhatsApp would refuse it."""
    choices = (*content.buttons, *content.rows)
    problems = [
        (not text.strip() and not content.media_url, "a message needs words or a picture"),
        (width(text) > (INTERACTIVE_TEXT_MAX if choices else TEXT_MAX), "the text is too long"),
        (bool(content.buttons and content.rows), "either buttons or rows"),
        (len(content.buttons) > BUTTONS_MAX, f"at most {BUTTONS_MAX} buttons"),
        (len(content.rows) > ROWS_MAX, f"at most {ROWS_MAX} rows"),
        (any(width(each.title) > BUTTON_TITLE_MAX for each in content.buttons), "a button's title is too long"),
        (any(width(each.title) > ROW_TITLE_MAX for each in content.rows), "a row's title is too long"),
        (any(width(each.description) > ROW_TEXT_MAX for each in content.rows), "a row's description is too long"),
        (any(not each.title.strip() or not 0 < len(each.id) <= ID_MAX for each in choices), "a choice without a name"),
        (len({each.id for each in choices}) < len(choices), "two choices with one id"),
        (bool(content.rows) and not 0 < width(content.rows_label) <= ROWS_LABEL_MAX, "the list's button needs a name"),
    ]
    if wrong := [words for is_wrong, words in problems if is_wrong]:
        raise ValueError("; ".join(wrong))
