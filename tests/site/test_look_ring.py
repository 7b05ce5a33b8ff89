"""The ring seats two to thirty people without anybody touching a neighbour."""

import math
import re

import pytest

from pamoja.site import ring


def circle(places: int) -> list[ring.Segment]:
    return [
        ring.Segment(name=f"Member {place}", state="paid", initials="M", receives=place == 1) for place in range(places)
    ]


def ends(path: str) -> tuple[float, float]:
    """The angles, clockwise from twelve o'clock, at which an arc starts and ends."""
    numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", path)]
    (x1, y1), (x2, y2) = numbers[:2], numbers[-2:]
    return tuple(math.atan2(x - ring.MIDDLE, ring.MIDDLE - y) % math.tau for x, y in ((x1, y1), (x2, y2)))


@pytest.mark.parametrize("places", range(2, 31))
def test_neighbours_do_not_touch(places):
    drawn = ring.arcs(circle(places))
    cap = ring.stroke(places) / 2 / ring.RADIUS

    for one, following in zip(drawn, drawn[1:] + drawn[:1], strict=True):
        between = (ends(following.path)[0] - ends(one.path)[1]) % math.tau
        assert cap * 2 < between < math.pi


@pytest.mark.parametrize("places", [1, 2, 12, 30])
def test_there_is_one_arc_a_place(places):
    assert len(ring.arcs(circle(places))) == places


def test_nobody_gives_no_arc():
    assert ring.arcs([]) == []


def test_the_first_place_is_at_twelve_o_clock():
    assert ring.arcs(circle(4))[0].name_at == ring.Point(150.0, 49.0)


def test_only_the_recipient_has_a_coin():
    assert [arc.coin_at is not None for arc in ring.arcs(circle(4))] == [False, True, False, False]


def test_initials_are_left_out_where_they_would_touch():
    assert ring.arcs(circle(18))[0].name_at is not None
    assert ring.arcs(circle(19))[0].name_at is None


def test_a_segment_says_who_and_what():
    assert ring.words(ring.Segment(name="Lucy N.", state="late", receives=True)) == "Lucy N.: late, receives this round"
    assert ring.words(ring.Segment(name="Amina W.", state="due", is_self=True)) == "You: not paid yet"
