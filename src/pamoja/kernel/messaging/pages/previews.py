"""Every message as members would read it: for staff, in each language and on each channel."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from pamoja.foundation.paging import page_of
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import MemberRequest, needs_member
from pamoja.kernel.messaging import actions
from pamoja.kernel.messaging.actions.contents import submit_template
from pamoja.kernel.messaging.errors import MessageTemplateNotFound
from pamoja.kernel.messaging.queries import previewing
from pamoja.kernel.messaging.queries.reaching import is_served
from pamoja.kernel.messaging.rules import Channel

PAGE_SIZE = 30
TONES = {"approved": "good", "rejected": "bad", "paused": "warn", "disabled": "bad"}
WORDS = {
    "": "Not submitted",
    "unsubmitted": "To be submitted",
    "received": "Submitted",
    "pending": "Submitted",
    "approved": "Approved",
    "rejected": "Rejected",
    "paused": "Paused",
    "disabled": "Disabled",
}
# A mail may do nothing but look like itself.
MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"


@needs_member
@require_safe
def previews(request: MemberRequest) -> HttpResponse:
    """All of them, with how far WhatsApp's approval is in each language."""
    request.actor.require(actions.MANAGE)
    wanted = request.GET.get("q", "").strip().lower()
    known = previewing.approvals()
    rows = [
        {
            "url": reverse("messaging:preview", args=name.split("/")),
            "title": _title(name),
            "package": name.partition("/")[0],
            "approvals": _approvals(name, known),
        }
        for name in previewing.template_names()
        if wanted in name.replace("_", " ")
    ]
    page = page_of(rows, request.GET.get("page", 1), size=PAGE_SIZE)
    return render(request, "messaging/previews.html", {"page": page, "wanted": request.GET.get("q", "")})


@needs_member
@require_http_methods(["GET", "POST"])
def preview(request: MemberRequest, package: str, name: str) -> HttpResponse:
    """One of them; a press asks WhatsApp to approve it before it is needed."""
    request.actor.require(actions.MANAGE)
    template, language = _known(package, name), _language(request)
    shown = previewing.preview_of(template, language, current_community())
    if request.method == "POST":
        submit_template(by=request.actor, skeleton=shown.skeleton, name=template, language=language)
        messages.success(request, "It is submitted. WhatsApp answers within a day, mostly within minutes.")
        return redirect(f"{request.path}?language={language}")
    approval = shown.approval
    state = approval.approval if approval else ""
    context = {
        "preview": shown,
        "title": _title(template),
        "languages": previewing.LANGUAGES,
        "language": language,
        "approval": approval,
        "word": WORDS.get(state, state),
        "tone": TONES.get(state, ""),
        "may_submit": is_served(Channel.WHATSAPP) and state in ("", "rejected"),
        "older": [each for each in shown.versions if approval is None or each.pk != approval.pk],
    }
    return render(request, "messaging/preview.html", context)


@needs_member
@require_safe
def preview_mail(request: MemberRequest, package: str, name: str) -> HttpResponse:
    """The mail itself, to be shown in a frame that may do nothing."""
    request.actor.require(actions.MANAGE)
    shown = previewing.preview_of(_known(package, name), _language(request), current_community())
    response = HttpResponse(shown.html)
    response["Content-Security-Policy"] = MAIL_POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _known(package: str, name: str) -> str:
    template = f"{package}/{name}"
    if template not in previewing.template_names():
        raise MessageTemplateNotFound()
    return template


def _language(request: MemberRequest) -> str:
    language = request.GET.get("language", "en")
    return language if language in previewing.LANGUAGES else "en"


def _title(template: str) -> str:
    return template.partition("/")[2].replace("_", " ").capitalize()


def _approvals(name: str, known: dict[tuple[str, str], str]) -> list[dict[str, Any]]:
    found = []
    for language, title in previewing.LANGUAGES.items():
        state = known.get((name, language), "")
        if state:
            found.append({"language": title, "word": WORDS.get(state, state), "tone": TONES.get(state, "")})
    return found
