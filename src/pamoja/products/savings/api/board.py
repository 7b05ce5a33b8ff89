"""The board of a circle: reading it, saying something, and looking after what was said. Files come with pages alone."""

from __future__ import annotations

from ninja import Query, Router, Status

from pamoja.foundation import ids
from pamoja.kernel.identity.public import MemberRequest
from pamoja.products.savings.actions.board import (
    hide_post,
    make_announcement,
    mark_read,
    pin_announcement,
    show_post,
    take_back_post,
    take_post_try,
    write_post,
)
from pamoja.products.savings.api.doors import REFUSED, circle_with
from pamoja.products.savings.queries.board import board, here_now, thread
from pamoja.products.savings.schemas.board import BoardOut, PinIn, PostIn, PostOut, ReasonIn, ThreadOut
from pamoja.products.savings.schemas.showing import PersonOut

router = Router()


@router.get("/{circle_id}/board", response={200: BoardOut, **REFUSED}, summary="A circle's board")
def look(request: MemberRequest, circle_id: str, page: int = Query(1, ge=1, le=10_000)) -> BoardOut:
    """Newest first, twenty a page; what is pinned comes beside it."""
    return BoardOut.of(board(circle_with(circle_id), request.actor, number=page))


@router.post("/{circle_id}/board", response={201: ThreadOut, **REFUSED}, summary="Write on the board")
def write(request: MemberRequest, circle_id: str, body: PostIn) -> Status[ThreadOut]:
    """With `answers` a reply; with `announces` the organiser tells everybody."""
    identifier = circle_with(circle_id)
    answers = None if body.answers is None else ids.parse("post", body.answers)
    take_post_try(by=request.actor, announces=body.announces)
    if body.announces:
        made = make_announcement(by=request.actor, circle_id=identifier, body=body.text)
    else:
        made = write_post(by=request.actor, circle_id=identifier, body=body.text, answers_id=answers)
    return Status(201, ThreadOut.of(thread(identifier, made.answers_id or made.pk, request.actor)))


@router.get("/{circle_id}/board/{post_id}", response={200: ThreadOut, **REFUSED}, summary="A post and its replies")
def look_at_post(request: MemberRequest, circle_id: str, post_id: str) -> ThreadOut:
    """Two hundred replies at most."""
    return ThreadOut.of(thread(circle_with(circle_id), ids.parse("post", post_id), request.actor))


@router.delete("/{circle_id}/board/{post_id}", response={200: PostOut, **REFUSED}, summary="Take a post back")
def take_back(request: MemberRequest, circle_id: str, post_id: str) -> PostOut:
    """Its words and files go; that something stood here stays."""
    circle_with(circle_id)
    return PostOut.bare(take_back_post(by=request.actor, post_id=ids.parse("post", post_id)))


@router.post("/{circle_id}/board/{post_id}/hide", response={200: PostOut, **REFUSED}, summary="Hide a post")
def hide(request: MemberRequest, circle_id: str, post_id: str, body: ReasonIn) -> PostOut:
    """For those who look after the circle; everybody sees the reason."""
    circle_with(circle_id)
    return PostOut.bare(hide_post(by=request.actor, post_id=ids.parse("post", post_id), reason=body.reason))


@router.post("/{circle_id}/board/{post_id}/show", response={200: PostOut, **REFUSED}, summary="Show a post again")
def show(request: MemberRequest, circle_id: str, post_id: str) -> PostOut:
    """For those who look after the circle."""
    circle_with(circle_id)
    return PostOut.bare(show_post(by=request.actor, post_id=ids.parse("post", post_id)))


@router.put("/{circle_id}/board/{post_id}/pin", response={200: PostOut, **REFUSED}, summary="Pin an announcement")
def pin(request: MemberRequest, circle_id: str, post_id: str, body: PinIn) -> PostOut:
    """The organiser's."""
    circle_with(circle_id)
    identifier = ids.parse("post", post_id)
    return PostOut.bare(pin_announcement(by=request.actor, post_id=identifier, is_pinned=body.is_pinned))


@router.post("/{circle_id}/board-read", response={204: None, **REFUSED}, summary="I have read the board")
def read(request: MemberRequest, circle_id: str) -> Status[None]:
    """Up to its newest post; others who look at it see so."""
    mark_read(by=request.actor, circle_id=circle_with(circle_id))
    return Status(204, None)


@router.get("/{circle_id}/here", response={200: list[PersonOut], **REFUSED}, summary="Who is here now")
def here(request: MemberRequest, circle_id: str) -> list[PersonOut]:
    """Who else has a page of the circle open, as far as they wish to be seen."""
    return [PersonOut.of(card) for card in here_now(circle_with(circle_id), request.actor)]
