"""Conversations as a person of the community sees them: who waits, what was said, and a word of one's own."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from pamoja.foundation import clock, ids
from pamoja.foundation.errors import Refusal
from pamoja.foundation.paging import page_of
from pamoja.kernel.identity.public import MemberRequest, needs_member, require
from pamoja.kernel.messaging import actions
from pamoja.kernel.messaging.actions import MANAGE
from pamoja.kernel.messaging.models import Conversation
from pamoja.kernel.messaging.queries import conversing
from pamoja.kernel.messaging.rules import window_is_open

TOPIC = "conversations:all"
TEXT_MAX = 1500


@needs_member
@require_safe
def conversations(request: MemberRequest) -> HttpResponse:
    """All conversations: who waits for a person first."""
    require(request.actor, MANAGE)
    text, only = request.GET.get("q", "").strip(), request.GET.get("only", "")
    page = page_of(conversing.conversations(only_waiting=only == "waiting", text=text), request.GET.get("page", 1))
    context = {
        "page": page,
        "lines": conversing.shown(list(page.items)),
        "text": text,
        "only": only,
        "waiting": conversing.waiting_people(),
        "topic": TOPIC,
    }
    return render(request, "messaging/conversations.html", context)


@needs_member
@require_safe
def conversation(request: MemberRequest, public_id: str) -> HttpResponse:
    """One conversation."""
    require(request.actor, MANAGE)
    return _shown(request, _found(public_id))


@needs_member
@require_POST
def say(request: MemberRequest, public_id: str) -> HttpResponse:
    """Write in it, which takes it over."""
    require(request.actor, MANAGE)
    found, text = _found(public_id), request.POST.get("text", "").strip()
    if not 1 <= len(text) <= TEXT_MAX:
        return _shown(request, found, text=text, error=f"Write 1 to {TEXT_MAX} characters.", status=422)
    try:
        key = request.POST.get("key", "")[:60] or ids.new_id().hex
        actions.write_to(by=request.actor, conversation_id=found.pk, text=text, key=key)
    except Refusal as refusal:
        return _shown(request, found, text=text, error=refusal.sentence, status=422)
    return redirect("messaging:conversation", public_id)


@needs_member
@require_POST
def change(request: MemberRequest, public_id: str) -> HttpResponse:
    """Take it over, or hand it back to the assistant."""
    require(request.actor, MANAGE)
    found = _found(public_id)
    if request.POST.get("to") == "assistant":
        actions.hand_back(by=request.actor, conversation_id=found.pk)
        messages.success(request, "The assistant answers again.")
        return redirect("messaging:conversations")
    actions.take_over(by=request.actor, conversation_id=found.pk)
    return redirect("messaging:conversation", public_id)


def _shown(
    request: MemberRequest, found: Conversation, *, text: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    address = found.address
    context = {
        "conversation": found,
        "public_id": ids.public("conversation", found.pk),
        "line": conversing.shown([found])[0],
        "thread": conversing.thread(found.pk),
        "is_open": address.channel != "whatsapp" or window_is_open(address.last_inbound_at, clock.now()),
        "key": ids.new_id().hex,
        "text": text,
        "error": error,
        "topic": TOPIC,
    }
    return render(request, "messaging/conversation.html", context, status=status)


def _found(public_id: str) -> Conversation:
    try:
        found = conversing.conversation_with_id(ids.parse("conversation", public_id))
    except ids.MalformedId:
        found = None
    if found is None:
        raise Http404
    return found
