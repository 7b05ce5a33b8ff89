"""A member's own profile, part by part."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from pamoja.foundation.errors import Refusal
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity import rules
from pamoja.kernel.identity.actions import profiles
from pamoja.kernel.identity.actions.trying import PHONE_CHANGE, take_try
from pamoja.kernel.identity.forms import BankForm, PaymentForm, PhoneForm, PhotoForm, PrivacyForm, ProfileForm
from pamoja.kernel.identity.queries.asking import MemberRequest, needs_member, needs_recent_sign_in
from pamoja.kernel.identity.queries.people import bank_details_of, card_of
from pamoja.kernel.identity.queries.sessions import standing_of
from pamoja.kernel.identity.rules import pictures


@needs_member
@require_http_methods(["GET", "POST"])
def profile(request: MemberRequest) -> HttpResponse:
    """Name, photo, language and time zone; and how far the member is verified."""
    person = request.member.person
    form = ProfileForm(
        request.POST or None,
        initial={"name": request.member.name, "language": person.language, "time_zone": person.time_zone},
    )
    if request.method == "POST" and form.is_valid():
        profiles.change_profile(by=request.actor, **form.cleaned_data)
        return _saved(request, "identity:profile")
    return _shown(request, "profile", form, photo_form=PhotoForm(), standing=standing_of(person))


@needs_member
@require_POST
def change_own_photo(request: MemberRequest) -> HttpResponse:
    """Another photo, or with `remove` none."""
    form = PhotoForm(request.POST, request.FILES)
    if "remove" in request.POST:
        profiles.change_photo(by=request.actor, content=None)
        return _saved(request, "identity:profile")
    if form.is_valid():
        try:
            profiles.change_photo(by=request.actor, content=_content(form.cleaned_data["photo"]))
            return _saved(request, "identity:profile")
        except Refusal as refusal:
            form.add_error("photo", refusal.sentence)
    person = request.member.person
    own = ProfileForm(initial={"name": request.member.name, "language": person.language, "time_zone": person.time_zone})
    return _shown(request, "profile", own, is_wrong=True, photo_form=form, standing=standing_of(person))


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def contact(request: MemberRequest) -> HttpResponse:
    """Phone and email: where money is asked for and codes are sent, so only after a recent sign-in."""
    person = request.member.person
    form = PhoneForm(request.POST or None, initial={"phone": rules.shown_phone(person.phone) if person.phone else ""})
    if request.method == "POST" and form.is_valid():
        # Each try tells whether a number is taken, so there are few.
        take_try(PHONE_CHANGE, str(person.pk))
        if _done(form, lambda: profiles.change_phone(by=request.actor, phone=form.cleaned_data["phone"])):
            return _saved(request, "identity:contact")
    return _shown(request, "contact", form, standing=standing_of(person), example=_example())


@needs_member
@require_http_methods(["GET", "POST"])
def money(request: MemberRequest) -> HttpResponse:
    """Where money that comes to the member should end up."""
    form = PaymentForm(request.POST or None, initial={"payment_method": request.member.payment_method})
    if request.method == "POST" and form.is_valid():
        method = form.cleaned_data["payment_method"]
        if _done(form, lambda: profiles.change_payment_method(by=request.actor, method=method)):
            return _saved(request, "identity:money")
    person = request.member.person
    masked = rules.masked_phone(person.phone) if person.phone else ""
    return _shown(request, "money", form, bank_details=bank_details_of(person), phone=masked)


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def bank(request: MemberRequest) -> HttpResponse:
    """The member's bank account; what is stored is shown masked and typed anew."""
    form = BankForm(request.POST if request.method == "POST" and "remove" not in request.POST else None)
    if "remove" in request.POST:
        profiles.change_bank_details(by=request.actor, details=None)
        return _saved(request, "identity:money")
    if request.method == "POST" and form.is_valid():
        profiles.change_bank_details(by=request.actor, details=form.details())
        return _saved(request, "identity:money")
    return _shown(request, "bank", form, bank_details=bank_details_of(request.member.person))


@needs_member
@require_http_methods(["GET", "POST"])
def privacy(request: MemberRequest) -> HttpResponse:
    """What other members see."""
    now = {field: getattr(request.member, field) for field in profiles.PRIVACY}
    form = PrivacyForm(request.POST if request.method == "POST" else None, initial=now)
    if request.method == "POST" and form.is_valid():
        profiles.change_privacy(by=request.actor, shows=form.cleaned_data)
        return _saved(request, "identity:privacy")
    return _shown(request, "privacy", form)


def _done(form: Form, deed: Any) -> bool:
    try:
        deed()
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        return False
    return True


def _content(upload: Any) -> bytes:
    # One byte more than allowed is enough to refuse it; a huge file is never held whole.
    return upload.read(pictures.BYTES_MAX + 1)  # type: ignore[no-any-return]  # an uploaded file reads bytes


def _saved(request: MemberRequest, name: str) -> HttpResponse:
    messages.success(request, "Saved.")
    return redirect(name)


def _shown(request: MemberRequest, name: str, form: Form, *, is_wrong: bool = False, **more: Any) -> HttpResponse:
    context = {"form": form, "member": request.member, "own_card": card_of(request.member), **more}
    status = 422 if is_wrong or form.errors else 200
    return render(request, f"identity/{name}.html", context, status=status)


def _example() -> str:
    return rules.example_phone(current_community().country)
