"""The words by which people start, stop and ask for help, in the languages we speak."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Wish(StrEnum):
    """What one of the words asks for."""

    STOP = "stop"
    START = "start"
    HELP = "help"


# `cancel`, `end` and `quit` are not among them: in a conversation they leave the subject, not the community.
_WORDS = {
    Wish.STOP: "stop, stopall, stop all, unsubscribe, revoke, optout, opt out, acha, achana, acheni, sitisha, simama, "
    "komesha, jiondoe, usitume, usinitumie",
    Wish.START: "start, unstop, subscribe, resume, optin, opt in, anza, anzisha, anza tena, nirudishe, jiunge tena",
    Wish.HELP: "help, info, msaada, nisaidie, saidia, usaidizi, maelezo",
}
_WISH_OF = {word: wish for wish, words in _WORDS.items() for word in words.split(", ")}
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")


def word_of(text: str) -> Wish | None:
    """What the whole message asks for when it is one of the words, however written: ` Stop! ` is, `stop it` not."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _WISH_OF.get(" ".join(_AROUND.sub("", plain).split()))
