"""What members do on their circle's board: say, announce, reply, take back; and what those do who look after it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action
from pamoja.foundation.events import announce
from pamoja.kernel.identity.public import Limit, take_try
from pamoja.kernel.live.public import publish
from pamoja.products.savings import events
from pamoja.products.savings.errors import CircleNotFound, NotYourPost, PostNotFound, PostOver, ReasonNeeded
from pamoja.products.savings.models import BoardFile, BoardMark, BoardPost, Circle, CircleMember
from pamoja.products.savings.queries.board import post_for_update
from pamoja.products.savings.queries.seats import joined_seat, require_leader, require_organiser, seat_of
from pamoja.products.savings.rules.board import REASON_LENGTH_MAX, Attachment, check_count, clean_body

POSTS_A_MINUTE = Limit("savings-board-post", 12)
POSTS_AN_HOUR = Limit("savings-board-post-hour", 120, 3_600)
ANNOUNCEMENTS_A_DAY = Limit("savings-board-announce", 10, 86_400)


def take_post_try(*, by: Actor, announces: bool = False) -> None:
    """Count one post; outside the action, so that a refused one counts too.

    Raises: TooManyTries.
    """
    who = str(by.member_id)
    for limit in (POSTS_A_MINUTE, POSTS_AN_HOUR, *((ANNOUNCEMENTS_A_DAY,) if announces else ())):
        take_try(limit, who)


@action
def write_post(
    *,
    by: Actor,
    circle_id: UUID,
    body: str,
    files: Sequence[Attachment] = (),
    answers_id: UUID | None = None,
) -> BoardPost:
    """Say something to everybody in the circle, or reply to what somebody said.

    Raises: CircleNotFound; NotInCircle; NothingSaid; PostTooLong; TooManyFiles; PostNotFound and PostOver of what is
    replied to.
    """
    circle = _circle(circle_id)
    author = joined_seat(circle, by.member_id)
    answers = None if answers_id is None else _answerable(circle, answers_id)
    post = _written(author, body, files, answers=answers)
    announce(events.PostMade(circle_id=circle.pk, post_id=post.pk, member_id=post.author_id))
    return post


@action
def make_announcement(*, by: Actor, circle_id: UUID, body: str, files: Sequence[Attachment] = ()) -> BoardPost:
    """Tell everybody in the circle something: it is pinned, and each of them gets a message.

    Raises: CircleNotFound; NotInCircle; OrganiserOnly; NothingSaid; PostTooLong; TooManyFiles.
    """
    circle = _circle(circle_id)
    author = joined_seat(circle, by.member_id)
    require_organiser(circle, by)
    post = _written(author, body, files, announces=True)
    announce(events.AnnouncementMade(circle_id=circle.pk, post_id=post.pk, member_id=post.author_id))
    return post


@action
def pin_announcement(*, by: Actor, post_id: UUID, is_pinned: bool) -> BoardPost:
    """Put an announcement on top of the board, or take it from there.

    Raises: PostNotFound, also where it is no announcement; OrganiserOnly; CircleNotFound.
    """
    post = post_for_update(post_id)
    require_organiser(post.circle, by)
    if not post.is_announcement:
        raise PostNotFound()
    if post.is_pinned != is_pinned:
        post.is_pinned = is_pinned
        post.save(update_fields=["is_pinned"])
        announce(events.AnnouncementPinned(circle_id=post.circle_id, post_id=post.pk, is_pinned=is_pinned))
    return post


@action
def hide_post(*, by: Actor, post_id: UUID, reason: str) -> BoardPost:
    """Let nobody read it but those who look after the circle; everybody sees that it was hidden, by whom and why.

    Raises: PostNotFound; OrganiserOnly (a treasurer may, too); CircleNotFound; ReasonNeeded; PostOver.
    """
    post = post_for_update(post_id)
    require_leader(post.circle, by)
    why = " ".join(clean_body(reason, has_files=True).split())[:REASON_LENGTH_MAX]
    if not why:
        raise ReasonNeeded(field="reason")
    if post.is_taken_back:
        raise PostOver()
    if not post.is_hidden and by.member_id is not None:
        post.hidden_at, post.hidden_by_id, post.hidden_reason = clock.now(), by.member_id, why
        post.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
        hidden = {"circle_id": post.circle_id, "post_id": post.pk, "member_id": post.author_id}
        announce(events.PostHidden(**hidden, reason=why.rstrip(".")))
    return post


@action
def show_post(*, by: Actor, post_id: UUID) -> BoardPost:
    """A hidden post is seen again.

    Raises: PostNotFound; OrganiserOnly (a treasurer may, too); CircleNotFound.
    """
    post = post_for_update(post_id)
    require_leader(post.circle, by)
    if post.is_hidden:
        post.hidden_at, post.hidden_by, post.hidden_reason = None, None, ""
        post.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
        announce(events.PostShown(circle_id=post.circle_id, post_id=post.pk, member_id=post.author_id))
    return post


@action
def take_back_post(*, by: Actor, post_id: UUID) -> BoardPost:
    """Take back what one wrote: words and files go, and that something stood here stays.

    Raises: PostNotFound, also for who is not in the circle; NotYourPost.
    """
    post = post_for_update(post_id)
    if post.author_id != by.member_id:
        raise NotYourPost() if _is_in(post.circle, by) else PostNotFound()
    if post.is_taken_back:
        return post
    post.body, post.taken_back_at, post.is_pinned = "", clock.now(), False
    post.save(update_fields=["body", "taken_back_at", "is_pinned"])
    paths = [file_path(each.name) for each in post.files.all()]
    for path in paths:
        transaction.on_commit(partial(path.unlink, missing_ok=True))
    announce(events.PostTakenBack(circle_id=post.circle_id, post_id=post.pk, member_id=post.author_id))
    return post


@action
def mark_read(*, by: Actor, circle_id: UUID) -> None:
    """The member has read what is on the board now; others who look at it see so.

    Raises: CircleNotFound; NotInCircle.
    """
    circle = _circle(circle_id)
    seat = joined_seat(circle, by.member_id)
    newest = BoardPost.objects.filter(circle=circle).order_by("-posted_at").values_list("posted_at", flat=True).first()
    if newest is None:
        return
    mark, is_new = BoardMark.objects.get_or_create(
        circle=circle, member_id=seat.member_id, defaults={"read_until": newest}
    )
    moved = BoardMark.objects.filter(pk=mark.pk, read_until__lt=newest).update(read_until=newest)
    if is_new or moved:
        publish(f"board:{circle.pk}", "read")


def has_read(by: Actor, key: str) -> None:
    """What a browser says that follows a board's topic."""
    mark_read(by=by, circle_id=UUID(key))


def file_path(name: str) -> Path:
    """Where the file with this unguessable name is kept."""
    return Path(settings.MEDIA_ROOT) / "boards" / name


def _circle(circle_id: UUID) -> Circle:
    circle = Circle.objects.filter(pk=circle_id).first()
    if circle is None:
        raise CircleNotFound()
    return circle


def _is_in(circle: Circle, by: Actor) -> bool:
    seat = seat_of(circle, by.member_id)
    return seat is not None and seat.is_joined


def _answerable(circle: Circle, post_id: UUID) -> BoardPost:
    post = BoardPost.objects.filter(circle=circle, answers=None, pk=post_id).first()
    if post is None:
        raise PostNotFound()
    if post.is_hidden or post.is_taken_back:
        raise PostOver()
    return post


def _written(
    author: CircleMember,
    body: str,
    files: Sequence[Attachment],
    *,
    answers: BoardPost | None = None,
    announces: bool = False,
) -> BoardPost:
    check_count(len(files))
    post = BoardPost.objects.create(
        circle_id=author.circle_id,
        author_id=author.member_id,
        answers=answers,
        body=clean_body(body, has_files=bool(files)),
        is_announcement=announces,
        is_pinned=announces,
    )
    for each in files:
        name = f"{secrets.token_urlsafe(24)}.{each.suffix}"
        BoardFile.objects.create(post=post, kind=each.kind, name=name, title=each.title, size_bytes=len(each.content))
        path = file_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(each.content)
    return post
