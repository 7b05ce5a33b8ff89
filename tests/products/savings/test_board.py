"""On a circle's board its members talk to each other, and nobody else reads it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from PIL import Image

from pamoja.foundation import ids
from pamoja.foundation.actions import Actor
from pamoja.foundation.errors import Refusal
from pamoja.kernel.audit.public import feed
from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.identity.public import Member, TooManyTries
from pamoja.kernel.live.queries import Follower, Knock, allowed
from pamoja.kernel.messaging.public import messages_of
from pamoja.products.savings.actions import board as deeds
from pamoja.products.savings.errors import (
    CircleNotFound,
    FileTooBig,
    FileUnreadable,
    NothingSaid,
    NotInCircle,
    NotYourPost,
    OrganiserOnly,
    PostNotFound,
    PostOver,
    PostTooLong,
    ReasonNeeded,
    TooManyFiles,
)
from pamoja.products.savings.models import BoardPost
from pamoja.products.savings.queries.board import board, file_seen_by, thread, unread
from pamoja.products.savings.rules.board import FILE_BYTES_MAX, attachment, clean_body
from tests.products.savings.circles import Group, a_group
from tests.products.savings.test_pages import words
from tests.world import Cast, actor, signed_in

pytestmark = pytest.mark.usefixtures("clock")
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def group(community: Community) -> Group:
    return a_group(3)


def picture(kind: str = "JPEG", size: tuple[int, int] = (2000, 1000), **more: Any) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "#0f6b4f").save(made, kind, **more)
    return made.getvalue()


def said(group: Group, place: int = 1, body: str = "Habari zenu?", **more: Any) -> BoardPost:
    return deeds.write_post(by=group.by(place), circle_id=group.circle_id, body=body, **more)


def at(group: Group, path: str = "") -> str:
    return f"/c/umoja/savings/{ids.public('circle', group.circle_id)}/board/{path}"


class TestSaying:
    def test_everybody_in_the_circle_reads_it_newest_first(self, group: Group, clock: Any) -> None:
        first = said(group)
        clock.turn_by(minutes=1)
        second = said(group, 2, "Nzuri!")

        found = board(group.circle_id, group.organiser)

        assert [line.post for line in found.posts.items] == [second, first]
        assert [line.author.name for line in found.posts.items] == ["Chiku Mwangi", "Baraka Otieno"]

    def test_a_reply_stands_under_what_it_answers(self, group: Group) -> None:
        root = said(group)
        reply = said(group, 2, "Nzuri!", answers_id=root.pk)

        found = thread(group.circle_id, root.pk, group.organiser)

        assert [line.post for line in found.replies] == [reply]
        assert [line.post for line in board(group.circle_id, group.organiser).posts.items] == [root]
        assert board(group.circle_id, group.organiser).posts.items[0].replies == 1

    def test_refuses(self, group: Group, cast: Cast) -> None:
        other, root = a_group(2), said(group)
        hidden = deeds.hide_post(by=group.organiser, post_id=said(group).pk, reason="Rude")
        stranger = actor(cast.member)
        rows: list[tuple[Actor, dict[str, Any], type[Refusal]]] = [
            (group.by(1), {"circle_id": ids.new_id()}, CircleNotFound),
            (stranger, {}, NotInCircle),
            (actor(cast.owner), {}, NotInCircle),
            (group.by(1), {"body": " \u202e\n"}, NothingSaid),
            (group.by(1), {"body": "x" * 2_001}, PostTooLong),
            (group.by(1), {"files": [attachment("a.pdf", PDF)] * 5}, TooManyFiles),
            (group.by(1), {"answers_id": ids.new_id()}, PostNotFound),
            (other.by(0), {"circle_id": other.circle_id, "answers_id": root.pk}, PostNotFound),
            (group.by(1), {"answers_id": hidden.pk}, PostOver),
        ]
        before = BoardPost.objects.count()

        for by, differs, refusal in rows:
            with pytest.raises(refusal):
                deeds.write_post(**({"by": by, "circle_id": group.circle_id, "body": "Hi"} | differs))

        assert BoardPost.objects.count() == before

    def test_is_bounded(self, group: Group) -> None:
        for _ in range(deeds.POSTS_A_MINUTE.most):
            deeds.take_post_try(by=group.by(1))

        with pytest.raises(TooManyTries):
            deeds.take_post_try(by=group.by(1))
        deeds.take_post_try(by=group.by(2))


class TestAnnouncing:
    def test_is_pinned_told_to_the_others_and_on_record(self, group: Group) -> None:
        post = deeds.make_announcement(by=group.organiser, circle_id=group.circle_id, body="We meet on <b>Sunday</b>.")

        assert [line.post for line in board(group.circle_id, group.by(1)).pinned] == [post]
        told = [messages_of(person.pk) for person in group.people]
        assert [len([each for each in found if each.template == "savings/announcement"]) for found in told] == [0, 1, 1]
        assert feed(f"circle:{group.circle_id}")[0].sentence == "Amina H. made an announcement."

    def test_is_the_organisers(self, group: Group) -> None:
        with pytest.raises(OrganiserOnly):
            deeds.make_announcement(by=group.by(1), circle_id=group.circle_id, body="Hi")
        post = deeds.make_announcement(by=group.organiser, circle_id=group.circle_id, body="Hi")
        with pytest.raises(OrganiserOnly):
            deeds.pin_announcement(by=group.by(1), post_id=post.pk, is_pinned=False)
        with pytest.raises(PostNotFound):
            deeds.pin_announcement(by=group.organiser, post_id=said(group).pk, is_pinned=True)

        deeds.pin_announcement(by=group.organiser, post_id=post.pk, is_pinned=False)

        assert board(group.circle_id, group.by(1)).pinned == []


class TestLookingAfterIt:
    def test_what_is_hidden_only_they_read_and_everybody_sees_why(self, group: Group, cast: Cast) -> None:
        post = said(group, body="Rude words", files=[attachment("a.pdf", PDF)])
        file = post.files.get()

        deeds.hide_post(by=actor(cast.owner), post_id=post.pk, reason="Not among friends")

        page = words(signed_in(group.people[2]).get(at(group)))
        assert "Rude words" not in page
        assert "Not among friends" in page
        assert "Rude words" in words(signed_in(group.people[0]).get(at(group)))
        assert signed_in(group.people[2]).get(at(group, f"files/{ids.public('file', file.pk)}/")).status_code == 404
        assert "Not among friends" in feed(f"circle:{group.circle_id}")[0].sentence
        deeds.show_post(by=group.organiser, post_id=post.pk)
        assert "Rude words" in words(signed_in(group.people[2]).get(at(group)))

    def test_refuses(self, group: Group, cast: Cast) -> None:
        post, gone = said(group), deeds.take_back_post(by=group.by(1), post_id=said(group).pk)
        for by, differs, refusal in (
            (group.by(1), {}, OrganiserOnly),
            (actor(cast.member), {}, CircleNotFound),
            (group.organiser, {"reason": "  "}, ReasonNeeded),
            (group.organiser, {"post_id": gone.pk}, PostOver),
            (group.organiser, {"post_id": ids.new_id()}, PostNotFound),
        ):
            with pytest.raises(refusal):
                deeds.hide_post(**({"by": by, "post_id": post.pk, "reason": "Rude"} | differs))

        post.refresh_from_db()
        assert not post.is_hidden

    def test_its_author_takes_it_back_words_and_files(
        self, group: Group, cast: Cast, django_capture_on_commit_callbacks: Any
    ) -> None:
        post = said(group, body="Forget this", files=[attachment("a.pdf", PDF)])
        file = post.files.get()
        for by, refusal in ((group.organiser, NotYourPost), (actor(cast.member), PostNotFound)):
            with pytest.raises(refusal):
                deeds.take_back_post(by=by, post_id=post.pk)
        assert deeds.file_path(file.name).is_file()

        with django_capture_on_commit_callbacks(execute=True):
            deeds.take_back_post(by=group.by(1), post_id=post.pk)

        assert not deeds.file_path(file.name).exists()
        page = words(signed_in(group.people[0]).get(at(group)))
        assert "Forget this" not in page
        assert "Baraka O. took this back." in page
        assert "took back" in feed(f"circle:{group.circle_id}")[0].sentence

    def test_the_database_lets_nobody_delete(self, group: Group) -> None:
        post = said(group)

        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM savings_board_post WHERE id = %s", [post.pk])


class TestFiles:
    def test_a_picture_is_made_anew_and_small(self, group: Group) -> None:
        exif = Image.Exif()
        exif[0x010F] = "Camera of Amina"
        made = attachment("../../Me\u202egpj.exe", picture(exif=exif) + b"<script>")

        with Image.open(io.BytesIO(made.content)) as kept:
            assert (kept.format, kept.size) == ("WEBP", (1600, 800))
        assert b"Camera" not in made.content
        assert b"<script>" not in made.content
        assert made.title == "Megpj.exe"

    @pytest.mark.parametrize(
        ("content", "refusal"),
        [
            (b"", FileUnreadable),
            (b"<html>", FileUnreadable),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", FileUnreadable),
            (b"GIF89a" + bytes(40), FileUnreadable),
            (picture()[:300], FileUnreadable),
            (b"%PDF-1.4 cut off", FileUnreadable),
            (PDF.replace(b"<<>>", b"<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"), FileUnreadable),
            (PDF + bytes(FILE_BYTES_MAX), FileTooBig),
        ],
        ids=["empty", "html", "svg", "gif", "cut picture", "cut pdf", "pdf that runs", "too big"],
    )
    def test_refuses(self, content: bytes, refusal: type[Refusal]) -> None:
        with pytest.raises(refusal):
            attachment("photo.jpg", content)

    def test_are_served_to_the_circle_alone(self, group: Group, cast: Cast) -> None:
        post = said(group, body="", files=[attachment("me.jpg", picture()), attachment("Minutes.pdf", PDF)])
        shown, document = post.files.order_by("pk")
        elsewhere = a_group(2)

        answer = signed_in(group.people[2]).get(at(group, f"files/{ids.public('file', shown.pk)}/"))
        download = signed_in(group.people[2]).get(at(group, f"files/{ids.public('file', document.pk)}/"))

        assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/webp", "nosniff")
        assert download["Content-Disposition"] == 'attachment; filename="Minutes.pdf"'
        assert "sandbox" in download["Content-Security-Policy"]
        for who in (cast.member, cast.outsider, elsewhere.people[0]):
            assert signed_in(who).get(at(group, f"files/{ids.public('file', shown.pk)}/")).status_code in {302, 404}
        assert Client().get(at(group, f"files/{ids.public('file', shown.pk)}/")).status_code == 302
        with pytest.raises(Refusal):
            file_seen_by(elsewhere.circle_id, shown.pk, elsewhere.organiser)


class TestReading:
    def test_what_others_said_is_new_until_one_has_read(self, group: Group, clock: Any) -> None:
        said(group)
        clock.turn_by(minutes=1)
        said(group, 2)

        assert [unread(group.circle_id, person.pk) for person in group.people] == [2, 1, 1]
        signed_in(group.people[0]).get(at(group), headers={"HX-Request": "true"})
        assert unread(group.circle_id, group.people[0].pk) == 2
        signed_in(group.people[0]).get(at(group))
        assert unread(group.circle_id, group.people[0].pk) == 0
        deeds.has_read(group.by(1), str(group.circle_id))
        mine = board(group.circle_id, group.by(2)).posts.items[0]
        assert (mine.seen_by, mine.of) == (2, 2)


class TestPages:
    def test_an_empty_board_invites(self, group: Group) -> None:
        assert "Nothing said yet" in words(signed_in(group.people[1]).get(at(group)))

    def test_says_and_shows_as_text_alone(self, group: Group) -> None:
        member = signed_in(group.people[1])
        sent = member.post(
            at(group), {"body": "<script>alert(1)</script>", "attached": [SimpleUploadedFile("a.jpg", picture())]}
        )

        page = member.get(at(group)).content.decode()

        assert sent.status_code == 302
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert BoardPost.objects.get().files.count() == 1

    def test_says_beside_the_field_what_is_wrong_and_keeps_what_was_typed(self, group: Group) -> None:
        sent = signed_in(group.people[1]).post(
            at(group), {"body": "Look", "attached": [SimpleUploadedFile("a.jpg", b"no picture")]}
        )

        assert sent.status_code == 422
        assert "We could not read this file" in words(sent)
        assert "Look" in words(sent)
        assert not BoardPost.objects.exists()

    def test_only_the_organiser_is_offered_to_announce(self, group: Group) -> None:
        assert "Announce it" in words(signed_in(group.people[0]).get(at(group)))
        assert "Announce it" not in words(signed_in(group.people[1]).get(at(group)))
        signed_in(group.people[1]).post(at(group), {"body": "Hi", "announces": "on"})
        assert not BoardPost.objects.filter(is_announcement=True).exists()

    def test_does_not_exist_for_others(self, group: Group, cast: Cast) -> None:
        post = said(group)

        for path in ("", "here/", f"{ids.public('post', post.pk)}/"):
            assert signed_in(cast.member).get(at(group, path)).status_code == 404

    def test_buttons_of_a_post(self, group: Group) -> None:
        post = said(group)
        address = at(group, f"{ids.public('post', post.pk)}/")
        organiser, author = signed_in(group.people[0]), signed_in(group.people[1])

        assert author.post(address, {"body": "And more"}).status_code == 302
        assert organiser.post(f"{address}hide/", {"reason": ""}).status_code == 302
        assert not BoardPost.objects.get(pk=post.pk).is_hidden
        organiser.post(f"{address}hide/", {"reason": "Rude"})
        assert BoardPost.objects.get(pk=post.pk).is_hidden
        organiser.post(f"{address}show/")
        author.post(f"{address}take-back/")
        assert BoardPost.objects.get(pk=post.pk).is_taken_back


def test_another_community_sees_nothing_of_it(group: Group, other_community: Community) -> None:
    said(group)

    with entered(other_community.pk):
        assert not BoardPost.objects.exists()


def test_only_the_circle_follows_it_live(group: Group, cast: Cast) -> None:
    topics = [f"{kind}:{group.circle_id}" for kind in ("board", "here")]

    def allowed_to(member: Member) -> list[str]:
        knock = Knock(("umoja", ""), "key")
        return allowed(Follower(member.community_id, actor(member), member.person_id, knock), topics)

    assert allowed_to(group.people[1]) == topics
    assert allowed_to(cast.member) == []
    assert allowed_to(cast.outsider) == []


def test_over_the_api(group: Group) -> None:
    circle = f"/c/umoja/api/v1/savings/circles/{ids.public('circle', group.circle_id)}"
    organiser, member = signed_in(group.people[0]), signed_in(group.people[1])

    made = member.post(f"{circle}/board", {"text": "Habari"}, content_type="application/json")
    post = made.json()["post"]
    reply = {"text": "Nzuri", "answers": post["id"]}
    answered = organiser.post(f"{circle}/board", reply, content_type="application/json")
    hidden = organiser.post(f"{circle}/board/{post['id']}/hide", {"reason": "x"}, content_type="application/json")
    refused = member.post(f"{circle}/board/{post['id']}/show", {}, content_type="application/json")
    listed = member.get(f"{circle}/board").json()

    assert (made.status_code, answered.status_code, hidden.status_code, refused.status_code) == (201, 201, 200, 403)
    assert answered.json()["replies"][0]["text"] == "Nzuri"
    assert [(each["text"], each["is_hidden"], each["replies"]) for each in listed["posts"]] == [("", True, 1)]
    assert member.post(f"{circle}/board-read", {}, content_type="application/json").status_code == 204
    assert member.get(f"{circle}/here").json() == []
    assert member.delete(f"{circle}/board/{post['id']}").json()["is_taken_back"] is True


def test_marks_that_turn_a_text_round_are_left_out() -> None:
    assert clean_body(" a\u202eb\x00\r\nc ") == "ab\nc"
