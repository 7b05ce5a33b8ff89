"""How many segments a text message takes, and so what it costs. Source: 3GPP TS 23.038 and 23.040."""

from __future__ import annotations

from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
_ALONE = {True: 160, False: 70}
_JOINED = {True: 153, False: 67}


@dataclass(frozen=True)
class Segments:
    """How a text message is carried: in GSM's alphabet, or as UTF-16 where one letter of it is missing there."""

    number: int
    units: int
    is_gsm: bool

    @property
    def alphabet(self) -> str:
        """By its usual name."""
        return "GSM-7" if self.is_gsm else "UCS-2"


def segments_of(text: str) -> Segments:
    """What a phone network makes of the text; an empty one still takes a segment.

    Units: `units` are septets or UTF-16 code units.
    """
    is_gsm = all(each in _BASIC or each in _EXTENDED for each in text)
    units = sum(2 if each in _EXTENDED else 1 for each in text) if is_gsm else len(text.encode("utf-16-le")) // 2
    if units <= _ALONE[is_gsm]:
        return Segments(1, units, is_gsm)
    return Segments(-(-units // _JOINED[is_gsm]), units, is_gsm)
