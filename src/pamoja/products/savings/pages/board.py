"""The board of a circle: reading, saying, attaching, announcing, and looking after what was said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from pamoja.foundation.errors import Refusal
from pamoja.kernel.identity.public import MemberRequest, needs_member
from pamoja.products.savings.actions.board import (
    file_path,
    hide_post,
    make_announcement,
    mark_read,
    pin_announcement,
    show_post,
    take_back_post,
    take_post_try,
    write_post,
)
from pamoja.products.savings.forms import PostForm, ReplyForm
from pamoja.products.savings.models import BoardFile, BoardPost
from pamoja.products.savings.pages.doors import shown, shows_circle
from pamoja.products.savings.queries.board import Board, Thread, board, file_seen_by, here_now, thread
from pamoja.products.savings.queries.circle_page import CirclePage
from pamoja.products.savings.rules.board import FILE_BYTES_MAX, Attachment, attachment, check_count

PRIVATE = {
    "Cache-Control": "private, max-age=86400",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


@shows_circle
def wall(request: MemberRequest, page: CirclePage) -> HttpResponse:
    """What was said, newest first; a form post says something."""
    if request.method == "POST":
        return _said(request, page, PostForm(request.POST, request.FILES, may_announce=page.is_organiser))
    found = board(page.circle.pk, request.actor, number=request.GET.get("page", 1))
    # Not by a fragment: a page that fetches itself anew in the background has not been read.
    if found.may_write and not request.headers.get("HX-Request"):
        mark_read(by=request.actor, circle_id=page.circle.pk)
    return _wall(request, page, found, PostForm(may_announce=page.is_organiser))


@shows_circle
def post(request: MemberRequest, page: CirclePage, post_id: UUID) -> HttpResponse:
    """One post with its replies; a form post replies."""
    if request.method != "POST":
        return _thread(request, page, thread(page.circle.pk, post_id, request.actor), ReplyForm())
    form = ReplyForm(request.POST, request.FILES)

    def reply(files: list[Attachment]) -> None:
        body = form.cleaned_data["body"]
        write_post(by=request.actor, circle_id=page.circle.pk, body=body, files=files, answers_id=post_id)

    if _done(request, form, reply):
        return redirect("savings:board_post", page.circle.pk, post_id)
    return _thread(request, page, thread(page.circle.pk, post_id, request.actor), form)


@needs_member
@require_safe
def file(request: MemberRequest, circle_id: UUID, file_id: UUID) -> HttpResponse:
    """A picture or document of a post, to who is in the circle."""
    found = file_seen_by(circle_id, file_id, request.actor)
    path = file_path(found.name)
    if not path.is_file():
        raise Http404
    is_picture = found.kind == BoardFile.Kind.PICTURE
    if is_picture:
        return HttpResponse(path.read_bytes(), content_type="image/webp", headers=PRIVATE)
    # A document is never opened on our pages: what it may run would run as the member.
    as_file = {"Content-Disposition": content_disposition_header(True, found.title) or "attachment"}
    return HttpResponse(path.read_bytes(), content_type="application/pdf", headers=PRIVATE | as_file)


@needs_member
@require_safe
def here(request: MemberRequest, circle_id: UUID) -> HttpResponse:
    """Who else has a page of the circle open; a fragment."""
    return render(request, "savings/_here.html", {"circle_id": circle_id, "here": here_now(circle_id, request.actor)})


def _moderated(deed: Callable[..., BoardPost], said: str) -> Callable[..., HttpResponse]:
    """A deed about one post, done by a button of its page."""

    @require_POST
    @needs_member
    def done(request: MemberRequest, circle_id: UUID, post_id: UUID) -> HttpResponse:
        try:
            found = deed(request, post_id)
        except Refusal as refusal:
            if refusal.kind == "not_found":
                raise
            messages.error(request, refusal.sentence)
            return redirect("savings:board_post", circle_id, post_id)
        messages.success(request, said)
        return redirect("savings:board_post", circle_id, found.answers_id or found.pk)

    return done


hide = _moderated(
    lambda request, post_id: hide_post(by=request.actor, post_id=post_id, reason=request.POST.get("reason", "")),
    "Hidden. Everybody sees that it was, and why.",
)
show = _moderated(lambda request, post_id: show_post(by=request.actor, post_id=post_id), "Everybody can read it again.")
take_back = _moderated(lambda request, post_id: take_back_post(by=request.actor, post_id=post_id), "Taken back.")
pin = _moderated(
    lambda request, post_id: pin_announcement(by=request.actor, post_id=post_id, is_pinned="pin" in request.POST),
    "Saved.",
)


def _said(request: MemberRequest, page: CirclePage, form: PostForm) -> HttpResponse:
    def say(files: list[Attachment]) -> None:
        deed = make_announcement if form.cleaned_data.get("announces") else write_post
        deed(by=request.actor, circle_id=page.circle.pk, body=form.cleaned_data["body"], files=files)

    if _done(request, form, say):
        return redirect("savings:board", page.circle.pk)
    return _wall(request, page, board(page.circle.pk, request.actor), form)


def _done(request: MemberRequest, form: Any, deed: Callable[[list[Attachment]], None]) -> bool:
    """Whether it was said; else the form tells what is wrong and keeps what was typed."""
    if not form.is_valid():
        return False
    try:
        take_post_try(by=request.actor, announces=bool(form.cleaned_data.get("announces")))
        uploads = form.cleaned_data["attached"]
        check_count(len(uploads))
        # One byte more than allowed is enough to refuse it; a huge file is never held whole.
        deed([attachment(each.name, each.read(FILE_BYTES_MAX + 1)) for each in uploads])
    except Refusal as refusal:
        if refusal.kind in {"not_found", "unauthenticated"}:
            raise
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        return False
    return True


def _wall(request: MemberRequest, page: CirclePage, found: Board, form: PostForm) -> HttpResponse:
    context = {"board": found, "form": form, "topic": f"board:{page.circle.pk}", "here": None}
    if found.posts.number == 1:
        context["here"] = here_now(page.circle.pk, request.actor)
    return shown(request, "board", page, status=422 if form.errors else 200, circle_id=page.circle.pk, **context)


def _thread(request: MemberRequest, page: CirclePage, found: Thread, form: ReplyForm) -> HttpResponse:
    context = {"thread": found, "form": form, "topic": f"board:{page.circle.pk}"}
    return shown(request, "board_post", page, status=422 if form.errors else 200, **context)
