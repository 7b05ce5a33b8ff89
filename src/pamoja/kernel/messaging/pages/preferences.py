"""What a member wants to hear, how and when; and the browsers that may be woken."""

from __future__ import annotations

import json
from datetime import time
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pamoja.foundation.errors import Refusal
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import MemberRequest, masked_phone, needs_member
from pamoja.kernel.messaging import actions
from pamoja.kernel.messaging.forms import PreferencesForm
from pamoja.kernel.messaging.providers.push import checked_subscription, public_key
from pamoja.kernel.messaging.queries import reaching
from pamoja.kernel.messaging.rules import Channel, Consent

AGREEMENTS = {
    Channel.WHATSAPP: "I agree that {community} writes to me on WhatsApp. STOP ends it at any time.",
    Channel.SMS: "I agree that {community} sends me text messages. STOP ends it at any time.",
}


@needs_member
@require_http_methods(["GET", "POST"])
def preferences(request: MemberRequest) -> HttpResponse:
    """Kinds by channel, the channel to try first, quiet hours, and whether phones may be written to."""
    preference = reaching.preference_of(request.member.pk)
    form = PreferencesForm(request.POST if request.method == "POST" else None, preference=preference)
    if request.method == "POST" and form.is_valid():
        actions.change_preferences(
            by=request.actor,
            wanted=form.wanted(),
            first=Channel(form.cleaned_data["first"]) if form.cleaned_data["first"] else None,
            is_quiet_at_night=form.cleaned_data["is_quiet_at_night"],
            quiet_from=_hour(form.cleaned_data["quiet_from"]),
            quiet_until=_hour(form.cleaned_data["quiet_until"]),
        )
        _agree(request)
        messages.success(request, "Saved.")
        return redirect("messaging:preferences")
    context = {
        "form": form,
        "channels": [name for name, _ in form.rows[0][1]],
        "phones": _phones(request),
        "browsers": reaching.subscriptions_of(request.member.pk),
        "push_key": public_key(),
        "zone": reaching.wishes_of(request.member).zone,
    }
    return render(request, "messaging/preferences.html", context, status=422 if form.errors else 200)


@needs_member
@require_POST
def subscribe(request: MemberRequest) -> HttpResponse:
    """Let this browser be woken; the body is what the browser's own `PushSubscription` says."""
    endpoint, keys = checked_subscription(request.body)
    browser = request.headers.get("User-Agent", "")[:80]
    actions.subscribe_browser(by=request.actor, endpoint=endpoint, keys=keys, browser=_browser_name(browser))
    return HttpResponse(status=204)


@needs_member
@require_POST
def unsubscribe(request: MemberRequest) -> HttpResponse:
    """Wake this browser no more."""
    try:
        endpoint = str(json.loads(request.body)["endpoint"])
    except (ValueError, KeyError, TypeError):
        return HttpResponse(status=400)
    actions.unsubscribe_browser(by=request.actor, endpoint=endpoint)
    return HttpResponse(status=204)


@require_safe
def push_key(request: MemberRequest) -> HttpResponse:
    """The key by which a browser's push service knows us."""
    return JsonResponse({"key": public_key()})


@require_safe
def push_worker(request: MemberRequest) -> HttpResponse:
    """The script that a browser runs when we wake it."""
    response = render(request, "messaging/push_worker.js", content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


def _phones(request: MemberRequest) -> list[dict[str, Any]]:
    known = {each.channel: each for each in reversed(reaching.addresses_of(request.member.pk))}
    person = request.member.person
    own = person.phone if person.phone and person.phone_verified_at else ""
    found = []
    for channel, agreement in AGREEMENTS.items():
        there = known.get(channel.value)
        address = str(there.address) if there else own
        found.append(
            {
                "channel": channel,
                "agreement": agreement.format(community=current_community().name),
                "address": masked_phone(address) if address.startswith("+") else address,
                "is_agreed": bool(there and there.consent == Consent.GIVEN),
                "is_stopped": bool(there and there.consent == Consent.WITHDRAWN),
                "is_known": bool(address),
            }
        )
    return found


def _agree(request: MemberRequest) -> None:
    for phone in _phones(request):
        wants = f"agree_{phone['channel']}" in request.POST
        if phone["is_known"] and wants != phone["is_agreed"]:
            try:
                actions.agree_by_page(
                    by=request.actor, channel=phone["channel"], wants=wants, wording=phone["agreement"]
                )
            except Refusal as refusal:
                messages.error(request, refusal.sentence)


def _hour(text: str) -> time:
    return time.fromisoformat(text)


def _browser_name(agent: str) -> str:
    for name in ("Edg", "Firefox", "Chrome", "Safari"):
        if name in agent:
            return {"Edg": "Edge"}.get(name, name)
    return "Browser"
