"""How every page of a circle is entered and left: the circle, the viewer, and what is said after a deed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from pamoja.foundation.errors import Refusal
from pamoja.kernel.identity.public import MemberRequest, needs_member
from pamoja.products.savings.queries.board import unread
from pamoja.products.savings.queries.circle_page import CirclePage, circle_page
from pamoja.products.savings.queries.voting import waiting_for_vote

CircleView = Callable[..., HttpResponse]
Deed = Callable[..., HttpResponse | None]


def address_of(circle_id: UUID, page: str = "circle") -> str:
    """The address of a circle's page."""
    return reverse(f"savings:{page}", args=[circle_id])


def shows_circle(view: CircleView) -> CircleView:
    """A page about a circle: the view is given the circle as the viewer may see it; who is outside sees its front."""

    @needs_member
    @functools.wraps(view)
    def entered(request: MemberRequest, circle_id: UUID, *args: Any, **kwargs: Any) -> HttpResponse:
        page = circle_page(circle_id, request.actor)
        if not page.is_inside and view.__name__ != "overview":
            return redirect(address_of(circle_id))
        return view(request, page, *args, **kwargs)

    return entered


def does(said: str, back: str = "circle") -> Callable[[Deed], CircleView]:
    """A deed of one button: the view does it; then its page says `said`, or why not. The view may answer itself."""

    def decorate(view: Deed) -> CircleView:
        @require_POST
        @needs_member
        @functools.wraps(view)
        def done(request: MemberRequest, circle_id: UUID, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                answer = view(request, circle_id, *args, **kwargs)
            except Refusal as refusal:
                if refusal.kind in {"not_found", "unauthenticated"}:
                    raise
                messages.error(request, refusal.sentence)
                answer = None
            else:
                if answer is None and said:
                    messages.success(request, said)
            return answer or redirect(address_of(circle_id, back))

        return done

    return decorate


def _unread(request: MemberRequest, page: CirclePage) -> int:
    joined = page.seat is not None and page.seat.is_joined
    return unread(page.circle.pk, request.member.pk) if joined else 0


def _to_vote(request: MemberRequest, page: CirclePage) -> int:
    return waiting_for_vote(page.circle.pk, request.member.pk) if page.is_inside else 0


def shown(request: MemberRequest, name: str, page: CirclePage, *, status: int = 200, **context: Any) -> HttpResponse:
    """A template of a circle's page, with what its head and menu need."""
    return render(
        request,
        f"savings/{name}.html",
        {
            "page": page,
            "circle": page.circle,
            "tab": name,
            "unread": _unread(request, page),
            "to_vote": _to_vote(request, page),
        }
        | context,
        status=status,
    )
