"""The page on which a member shows that their phone is theirs: a code goes there, or comes from there."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from pamoja.foundation.errors import Refusal
from pamoja.kernel.identity.public import MemberRequest, masked_phone, needs_member, needs_recent_sign_in
from pamoja.kernel.messaging.actions import proving as deeds
from pamoja.kernel.messaging.forms import PhoneCodeForm
from pamoja.kernel.messaging.queries.proving import proving_of, shown_to
from pamoja.kernel.messaging.queries.reaching import is_served
from pamoja.kernel.messaging.rules import Channel

PROVEN = "Your phone is verified."


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def prove_phone(request: MemberRequest) -> HttpResponse:
    """A code to send to us by WhatsApp; a button that sends one by text message, and the field in which it comes back.

    A form's `way` says which is asked for.
    """
    person = request.member.person
    if not person.phone or person.phone_verified_at:
        return redirect("identity:contact")
    form = PhoneCodeForm(request.POST if "code" in request.POST else None)
    if request.method == "POST" and "code" not in request.POST:
        return _ask(request)
    if form.is_bound and form.is_valid():
        try:
            deeds.prove_phone(by=request.actor, code=form.cleaned_data["code"])
        except Refusal as refusal:
            form.add_error("code" if refusal.field == "code" else None, refusal.sentence)
        else:
            messages.success(request, PROVEN)
            return redirect("identity:contact")
    context = {
        "form": form,
        "phone": masked_phone(person.phone),
        "proving": proving_of(request.member.pk, person.phone),
        "shown": shown_to(request.member.pk, person.phone, person.language),
        "has_texts": is_served(Channel.SMS),
        "has_whatsapp": is_served(Channel.WHATSAPP),
    }
    return render(request, "messaging/prove_phone.html", context, status=422 if form.errors else 200)


@needs_member
@require_safe
def shown_code(request: MemberRequest) -> HttpResponse:
    """The part of the page that waits for the code to come in, asked for again and again; it leaves when it has."""
    person = request.member.person
    if person.phone_verified_at or not person.phone:
        if person.phone_verified_at:
            messages.success(request, PROVEN)
        return _go(request, "identity:contact")
    shown = shown_to(request.member.pk, person.phone, person.language)
    if shown is None:
        return _go(request, "messaging:prove_phone")
    return render(request, "messaging/_shown_code.html", {"shown": shown})


def _ask(request: MemberRequest) -> HttpResponse:
    is_shown = request.POST.get("way") == "whatsapp"
    try:
        if is_shown:
            deeds.show_code(by=request.actor)
        else:
            deeds.send_code(by=request.actor)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        if not is_shown:
            messages.success(request, "The code is on its way.")
    return redirect("messaging:prove_phone")


def _go(request: HttpRequest, name: str) -> HttpResponse:
    """To another page, also from a part of this one."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": reverse(name)})
    return redirect(name)
