"""The pages on which people of the community look into conversations"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.world.cast import signed_in

if TYPE_CHECKING:
    from django.test import Client

    from tests.world.cast import Cast


@pytest.fixture
def waiting(cast: Cast, clock: Any) -> str:
    """Somebody who has asked for a person; the address of that conversation."""
    from pamoja.foundation import clock as now
    from pamoja.foundation import ids
    from pamoja.kernel.messaging.models import Conversation
    from tests.kernel.messaging.talking import Phone

    person = cast.member.person
    person.phone_verified_at = now.now()
    person.save()
    Phone(str(person.phone)).write("I need a person")
    Phone(str(person.phone)).write("person")
    return ids.public("conversation", Conversation.objects.get().pk)


@pytest.fixture
def operator(cast: Cast) -> Client:
    return signed_in(cast.owner)


def test_who_waits_for_a_person_is_found_and_answered(operator: Client, waiting: str, cast: Cast) -> None:
    listed = operator.get("/c/umoja/conversations/?only=waiting")
    page = operator.get(f"/c/umoja/conversations/{waiting}/")
    said = operator.post(f"/c/umoja/conversations/{waiting}/say/", {"text": "How can I help?", "key": "1"}, follow=True)

    assert b"Amina Hassan" in listed.content
    assert b">Waits<" in listed.content
    assert b"I need a person" in page.content
    assert b"How can I help?" in said.content
    assert b"Wanjiku Kamau has taken over" in said.content


def test_it_is_handed_back(operator: Client, waiting: str) -> None:
    operator.post(f"/c/umoja/conversations/{waiting}/change/", {"to": "person"})
    back = operator.post(f"/c/umoja/conversations/{waiting}/change/", {"to": "assistant"}, follow=True)

    assert b"The assistant answers again." in back.content
    assert b">Waits<" not in back.content


def test_nothing_is_said_where_there_is_nothing_to_say(operator: Client, waiting: str) -> None:
    refused = operator.post(f"/c/umoja/conversations/{waiting}/say/", {"text": "  "})

    assert refused.status_code == 422
    assert b"Write 1 to 1500 characters." in refused.content


def test_a_day_later_only_approved_texts_may_go_out(operator: Client, waiting: str, clock: Any) -> None:
    clock.turn_by(hours=25)
    page = operator.get(f"/c/umoja/conversations/{waiting}/")
    refused = operator.post(f"/c/umoja/conversations/{waiting}/say/", {"text": "Are you there?"})

    assert b"more than a day ago" in page.content
    assert (refused.status_code, b"more than a day ago" in refused.content) == (422, True)


@pytest.mark.parametrize("path", ["", "{0}/"])
def test_others_may_not_look(cast: Cast, waiting: str, path: str) -> None:
    answer = signed_in(cast.member).get("/c/umoja/conversations/" + path.format(waiting))

    assert answer.status_code == 403


def test_an_unknown_conversation_is_not_found(operator: Client) -> None:
    assert operator.get("/c/umoja/conversations/conversation_nothing/").status_code == 404


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*KSh 5* _now_", "<b>KSh 5</b> <i>now</i>"),
        ("<script>*x*", "&lt;script&gt;<b>x</b>"),
        ("5*3*2 a_b_c", "5*3*2 a_b_c"),
        ("one\ntwo", "one<br>two"),
    ],
)
def test_what_was_said_reads_as_on_the_phone(text: str, html: str) -> None:
    from pamoja.kernel.messaging.templatetags.messaging import as_chat

    assert as_chat(text) == html
