"""Bulk messages: write, look at it, see what it costs, send, pause, and watch how far it is."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pamoja.foundation import ids
from pamoja.foundation.errors import Refusal
from pamoja.foundation.paging import page_of
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import MemberRequest, declared_roles, needs_member
from pamoja.kernel.messaging import actions, rules
from pamoja.kernel.messaging.actions.broadcasting import PERMISSION
from pamoja.kernel.messaging.forms import BroadcastForm
from pamoja.kernel.messaging.models import Broadcast
from pamoja.kernel.messaging.queries import broadcasting

TONES = {"running": "brand", "paused": "warn", "done": "good", "stopped": "bad"}


@needs_member
@require_safe
def broadcasts(request: MemberRequest) -> HttpResponse:
    """All of them, newest first."""
    request.actor.require(PERMISSION)
    page = page_of(broadcasting.broadcasts(), request.GET.get("page", 1))
    return render(request, "messaging/broadcasts.html", {"page": page, "tones": TONES})


@needs_member
@require_http_methods(["GET", "POST"])
def new_broadcast(request: MemberRequest) -> HttpResponse:
    """Write one; it is a draft until it is sent from its own page."""
    request.actor.require(PERMISSION)
    form = BroadcastForm(request.POST if request.method == "POST" else None, roles=sorted(declared_roles()))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = actions.draft_broadcast(
            by=request.actor,
            name=said["name"],
            subject=said["subject"],
            text=said["text"],
            subject_sw=said["subject_sw"],
            text_sw=said["text_sw"],
            audience=form.audience(),
            spread_minutes=int(said["spread_hours"]) * 60,
        )
        return redirect("messaging:broadcast", ids.public("broadcast", made.pk))
    return render(request, "messaging/new_broadcast.html", {"form": form}, status=422 if form.errors else 200)


@needs_member
@require_safe
def broadcast(request: MemberRequest, public_id: str) -> HttpResponse:
    """A draft with its preview and dry run, or how far one is that was begun."""
    request.actor.require(PERMISSION)
    found = broadcasting.broadcast_with_id(ids.parse("broadcast", public_id))
    is_draft = found.state == Broadcast.State.DRAFT
    context = {
        "broadcast": found,
        "public_id": public_id,
        "tone": TONES.get(found.state, ""),
        "preview": _preview(found),
        "estimate": broadcasting.estimate(found.audience) if is_draft else None,
        "was_said": is_draft and broadcasting.said_lately(found.fingerprint),
        "progress": None if is_draft else broadcasting.progress_of(found),
    }
    is_part = request.headers.get("HX-Request") == "true"
    return render(
        request, "messaging/_progress.html" if is_part and not is_draft else "messaging/broadcast.html", context
    )


@needs_member
@require_POST
def change_broadcast(request: MemberRequest, public_id: str) -> HttpResponse:
    """Send, pause, resume or stop it."""
    broadcast_id = ids.parse("broadcast", public_id)
    try:
        match request.POST.get("do"):
            case "start":
                actions.start_broadcast(
                    by=request.actor, broadcast_id=broadcast_id, even_if_said="even_if_said" in request.POST
                )
            case "pause":
                actions.pause_broadcast(by=request.actor, broadcast_id=broadcast_id)
            case "resume":
                actions.resume_broadcast(by=request.actor, broadcast_id=broadcast_id)
            case "stop":
                actions.stop_broadcast(by=request.actor, broadcast_id=broadcast_id)
            case _:
                request.actor.require(PERMISSION)
    except Refusal as refusal:
        if refusal.kind != "conflict":
            raise
        messages.error(request, refusal.sentence)
    return redirect("messaging:broadcast", public_id)


def _preview(found: Broadcast) -> list[tuple[str, str, str]]:
    """Language, chat text and text message, as members would read them."""
    community = current_community().name
    versions = [("English", found.subject, found.text)]
    if found.text_sw:
        versions.append(("Kiswahili", found.subject_sw, found.text_sw))
    return [
        (language, rules.chat_text(subject, text), rules.short_text(community, subject, ""))
        for language, subject, text in versions
    ]
