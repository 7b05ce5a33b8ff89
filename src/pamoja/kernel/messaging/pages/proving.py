"""The page on which a member shows that their phone is theirs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pamoja.foundation.errors import Refusal
from pamoja.kernel.identity.public import MemberRequest, masked_phone, needs_member, needs_recent_sign_in
from pamoja.kernel.messaging.actions import proving as deeds
from pamoja.kernel.messaging.forms import PhoneCodeForm
from pamoja.kernel.messaging.queries.proving import proving_of


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def prove_phone(request: MemberRequest) -> HttpResponse:
    """A button that sends a code, and the field in which it comes back."""
    person = request.member.person
    if not person.phone or person.phone_verified_at:
        return redirect("identity:contact")
    form = PhoneCodeForm(request.POST if "code" in request.POST else None)
    if request.method == "POST" and "code" not in request.POST:
        return _send(request)
    if form.is_bound and form.is_valid():
        try:
            deeds.prove_phone(by=request.actor, code=form.cleaned_data["code"])
        except Refusal as refusal:
            form.add_error("code" if refusal.field == "code" else None, refusal.sentence)
        else:
            messages.success(request, "Your phone is verified.")
            return redirect("identity:contact")
    context = {
        "form": form,
        "phone": masked_phone(person.phone),
        "proving": proving_of(request.member.pk, person.phone),
    }
    return render(request, "messaging/prove_phone.html", context, status=422 if form.errors else 200)


def _send(request: MemberRequest) -> HttpResponse:
    try:
        deeds.send_code(by=request.actor)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "The code is on its way.")
    return redirect("messaging:prove_phone")
