"""What a browser may ask, and how a publication is written."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import pytest

from pamoja.foundation.errors import Refusal
from pamoja.kernel.live import rules
from pamoja.kernel.live.errors import FrameMalformed, FrameTooLong, TooManyTopics

COMMUNITY = UUID("01890000-0000-7000-8000-000000000001")


@pytest.mark.parametrize(
    ("frame", "refusal"),
    [
        # in order of precedence
        ('{"follow": ["' + "x" * 4096, FrameTooLong),
        ("", FrameMalformed),
        ("follow", FrameMalformed),
        ("[" * 3000, FrameMalformed),
        ("[]", FrameMalformed),
        ("{}", FrameMalformed),
        ('{"follow": ["circle:1"], "leave": []}', FrameMalformed),
        ('{"shout": ["circle:1"]}', FrameMalformed),
        ('{"follow": "circle:1"}', FrameMalformed),
        ('{"follow": [1]}', FrameMalformed),
        ('{"follow": ["circle"]}', FrameMalformed),
        ('{"follow": ["circle:"]}', FrameMalformed),
        ('{"follow": ["circle:1 or 2"]}', FrameMalformed),
        ('{"follow": ["circle:1\\n"]}', FrameMalformed),
        (json.dumps({"follow": [f"circle:{number}" for number in range(51)]}), TooManyTopics),
    ],
)
def test_refuses_frames(frame: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        rules.read_frame(frame)


def test_reads_what_to_follow_each_topic_once() -> None:
    assert rules.read_frame('{"follow": ["circle:b", "circle:a", "circle:b"]}') == rules.Ask(
        "follow", ("circle:b", "circle:a")
    )
    assert rules.read_frame('{"leave": []}') == rules.Ask("leave", ())


def test_a_publication_survives_the_wire() -> None:
    round_id = uuid4()

    payload = rules.written(COMMUNITY, "circle:1", "round_paid", {"round_id": round_id, "number": 3})

    publication = rules.read_notification(payload)
    assert (publication.community_id, publication.topic) == (COMMUNITY, "circle:1")
    assert json.loads(publication.frame) == {
        "topic": "circle:1",
        "kind": "round_paid",
        "round_id": str(round_id),
        "number": 3,
    }


@pytest.mark.parametrize(
    ("topic", "data", "says"),
    [
        ("circle", {}, "is no topic"),
        ("circle:1", {"topic": "circle:2"}, "words are taken"),
        ("circle:1", {"text": "x" * 8000}, "at most 7999 bytes"),
        ("circle:1", {"member": object()}, "publish ids"),
    ],
)
def test_a_publication_that_cannot_be_written_is_a_bug(topic: str, data: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        rules.written(COMMUNITY, topic, "paid", data)


def test_an_allowance_of_frames_is_used_up_and_comes_back() -> None:
    pace = rules.Pace(at_s=100.0)

    assert [pace.admits(100.0) for _ in range(21)] == [True] * 20 + [False]
    assert [pace.admits(101.0) for _ in range(3)] == [True, True, False]
    assert [pace.admits(1000.0) for _ in range(21)] == [True] * 20 + [False]


@pytest.mark.parametrize(
    ("origin", "is_ours"),
    [
        ("http://umoja.localhost:8000", True),
        ("https://umoja.localhost:8000", True),
        ("https://front.example", True),
        ("http://umoja.localhost", False),
        ("http://umoja.localhost:8000.evil.example", False),
        ("http://evil.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_only_our_own_pages_open_a_socket(origin: str, is_ours: bool) -> None:
    assert rules.is_same_site(origin=origin, host="umoja.localhost:8000", trusted=("https://front.example",)) == is_ours
