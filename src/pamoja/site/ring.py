"""The geometry of the ring: who sits where round the pot, as SVG paths. Pure; the `ring` tag draws it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

SegmentState = Literal["paid", "late", "missed", "due", "open"]

SIZE = 300.0
"""The drawing is a square of this many units."""
MIDDLE = SIZE / 2
RADIUS = 124.0
NAMES_AT = 101.0
COIN_AT = 142.0
MINI_STROKE = 30.0
"""The small ring of lists is shown at a fifth of the size, so its line is drawn thicker."""
NAMES_UP_TO = 18
"""More members than this and the initials would touch: the list beside the ring names them."""

STATE_WORDS: dict[SegmentState, str] = {
    "paid": "paid",
    "late": "late",
    "missed": "did not pay",
    "due": "not paid yet",
    "open": "place still free",
}


class Place(Protocol):
    """One place in the ring: whose it is, what it owes this round, and whether it receives the pot.

    Products draw with their own objects that have these; `Segment` is ours.
    """

    @property
    def name(self) -> str: ...
    @property
    def state(self) -> SegmentState: ...
    @property
    def initials(self) -> str: ...
    @property
    def receives(self) -> bool: ...
    @property
    def is_self(self) -> bool: ...


@dataclass(frozen=True)
class Segment:
    """A plain place."""

    name: str
    state: SegmentState
    initials: str = ""
    receives: bool = False
    is_self: bool = False


def words(place: Place) -> str:
    """What a screen reader says of a place and a pointer shows."""
    receives = ", receives this round" if place.receives else ""
    return f"{'You' if place.is_self else place.name}: {STATE_WORDS[place.state]}{receives}"


@dataclass(frozen=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True)
class Arc:
    """A segment on paper: the arc's path, where its initials stand, and the recipient's coin."""

    segment: Place
    words: str
    path: str
    name_at: Point | None
    coin_at: Point | None


def stroke(places: int) -> float:
    """How thick the ring is: thinner when more people share it."""
    return 14.0 if places <= 12 else 12.0 if places <= 20 else 9.0


def arcs(segments: Sequence[Place], thickness: float | None = None) -> list[Arc]:
    """One arc a segment, clockwise, the first one centred at twelve o'clock.

    The ends are round, so each arc is drawn shorter by the radius of its caps and by half the gap between two.
    """
    places = len(segments)
    share = math.tau / places if places else 0.0
    line = thickness or stroke(places)
    # The small ring ends its arcs squarely: at that size round ends of thirty places would be dots.
    cap = 0.0 if thickness else line / 2 / RADIUS
    gap = 0.11 if thickness else line / 600
    half = max(share / 2 - cap - gap / 2, 0.004)
    return [
        Arc(
            segment=segment,
            words=words(segment),
            path=_path(share * position, half),
            name_at=_at(share * position, NAMES_AT) if places <= NAMES_UP_TO else None,
            coin_at=_at(share * position, COIN_AT) if segment.receives else None,
        )
        for position, segment in enumerate(segments)
    ]


def _path(middle: float, half: float) -> str:
    start, end = _at(middle - half, RADIUS), _at(middle + half, RADIUS)
    large = 1 if half * 2 > math.pi else 0
    return f"M{start.x:g} {start.y:g}A{RADIUS:g} {RADIUS:g} 0 {large} 1 {end.x:g} {end.y:g}"


def _at(angle: float, radius: float) -> Point:
    """The point at `angle` radians clockwise from twelve o'clock."""
    return Point(round(MIDDLE + radius * math.sin(angle), 1), round(MIDDLE - radius * math.cos(angle), 1))
