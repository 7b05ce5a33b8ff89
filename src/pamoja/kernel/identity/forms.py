"""The shape of what people type: registering, and each part of a profile."""

from __future__ import annotations

from functools import cache
from typing import Any, cast
from zoneinfo import available_timezones

from allauth.account import forms as account
from allauth.account.internal import flows
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from pamoja.foundation import ids
from pamoja.foundation.actions import Actor
from pamoja.kernel.communities.public import Community, current_community
from pamoja.kernel.identity import rules
from pamoja.kernel.identity.actions.joining import register_person
from pamoja.kernel.identity.actions.trying import (
    REGISTER_FROM_ADDRESS,
    RESET,
    RESET_FROM_ADDRESS,
    take_try,
)
from pamoja.kernel.identity.errors import AlreadyRegistered, PhoneUnreadable
from pamoja.kernel.identity.models import Member, PaymentMethod, Person
from pamoja.kernel.identity.queries.asking import address_of, declared_roles
from pamoja.kernel.identity.queries.people import person_with_phone
from pamoja.kernel.identity.rules import passwords
from pamoja.kernel.identity.rules.banking import BankDetails


class PasswordMix:
    """Django's check of a password: letters of both sizes, a digit, and an end to its length."""

    def validate(self, password: str, user: object = None) -> None:
        """Raises: ValidationError that names all that is missing."""
        if missing := passwords.lacking(password):
            raise ValidationError(f"A password needs {' and '.join(missing)}.", code="password_mix")
        if len(password) > passwords.LENGTH_MAX:
            raise ValidationError(f"At most {passwords.LENGTH_MAX} characters, please.", code="password_too_long")

    def get_help_text(self) -> str:
        return "With a capital letter, a small letter and a digit."


class NameField(forms.CharField):
    """A person's name, on one line and without marks that could disguise it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=80, **options)

    def to_python(self, value: Any) -> str:
        return rules.clean_name(super().to_python(value) or "")

    def validate(self, value: Any) -> None:
        super().validate(value)
        if not any(each.isalpha() for each in value):
            raise ValidationError("A name has letters in it.")


class PhoneField(forms.CharField):
    """A phone number, read as one of the community's country and kept in E.164."""

    def __init__(self, **options: Any) -> None:
        attrs = {"type": "tel", "autocomplete": "tel", "inputmode": "tel"}
        super().__init__(max_length=32, widget=forms.TextInput(attrs=attrs), **options)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if not text:
            return ""
        try:
            return rules.read_phone(text, current_community().country)
        except PhoneUnreadable as refusal:
            raise ValidationError(refusal.sentence, code="phone_unreadable") from None


class SignupForm(account.SignupForm):  # type: ignore[misc]  # the library carries no types
    """Registering: an account, and membership of the community whose page this is."""

    field_order = ("name", "email", "phone", "password1", "password2", "terms")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        community = current_community()
        self.fields["name"] = NameField(
            label="Your name",
            help_text="As people in your circles know you.",
            widget=forms.TextInput(attrs={"autocomplete": "name"}),
        )
        example = rules.example_phone(community.country)
        self.fields["phone"] = PhoneField(label="Phone", help_text=f"Where payments are asked for, such as {example}.")
        terms = format_html('I accept the <a href="{}">terms of {}</a>.', reverse("identity:terms"), community.name)
        self.fields["terms"] = forms.BooleanField(label=terms)
        self.fields["password1"].help_text = "At least 8 characters, with a capital letter, a small letter and a digit."
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        phone = cleaned.get("phone")
        if phone and person_with_phone(phone):
            # As with a taken email: the page says nothing, a mail tells whoever owns the address.
            self.account_already_exists = True
        return cleaned

    def try_save(self, request: HttpRequest) -> tuple[Person | None, HttpResponse | None]:
        """Raises: TooManyTries."""
        take_try(REGISTER_FROM_ADDRESS, address_of(request))
        if not self.account_already_exists:
            try:
                return self.save(request), None
            except AlreadyRegistered:
                self.account_already_exists = True
        # Hashing takes its time; without it the answer for a taken address would come sooner, and tell.
        make_password(self.cleaned_data["password1"])
        return None, flows.signup.prevent_enumeration(request, email=self.cleaned_data["email"])

    def save(self, request: HttpRequest) -> Person:
        data = self.cleaned_data
        member = register_person(
            by=Actor(kind="person", label="a person", person_id=ids.new_id()),
            email=data["email"],
            name=data["name"],
            phone=data["phone"],
            password=data["password1"],
        )
        return member.person


class ResetPasswordForm(account.ResetPasswordForm):  # type: ignore[misc]  # the library carries no types
    """Asking for a code by email."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Raises: TooManyTries."""
        take_try(RESET_FROM_ADDRESS, address_of(request))
        take_try(RESET, self.cleaned_data["email"])
        return str(super().save(request, **kwargs))


@cache
def _zones() -> list[str]:
    regions = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return sorted(zone for zone in available_timezones() if zone.startswith(regions))


def zone_choices(community: Community) -> list[tuple[str, str]]:
    """Every zone by its city, and first the community's own."""
    return [("", f"As {community.name}: {_city(community.time_zone)}"), *((zone, _city(zone)) for zone in _zones())]


def _city(zone: str) -> str:
    return zone.replace("_", " ").replace("/", " / ")


class ProfileForm(forms.Form):
    """What the member is called, and in which language and time they read."""

    name = NameField(label="Your name", help_text="As people in your circles know you.")
    language = forms.ChoiceField(label="Language", choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label="Time zone", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["time_zone"]).choices = zone_choices(current_community())


class PhoneForm(forms.Form):
    """Another phone number."""

    phone = PhoneField(label="Phone number")


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # the library carries no types
    """A new passkey, in our own words."""

    name = forms.CharField(
        label="What you call it", required=False, max_length=100, help_text="So that you know it again: my phone."
    )
    passwordless = forms.BooleanField(
        label="Let me sign in with it alone",
        required=False,
        help_text="Without my password: then it asks for my fingerprint, my face or its own code each time.",
    )


class PhotoForm(forms.Form):
    """A photo to upload; what it really is is looked at later."""

    photo = forms.FileField(
        label="Choose a picture",
        help_text="JPEG, PNG or WebP, at most 5 MB. We keep the picture alone, not where it was taken.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )


class PrivacyForm(forms.Form):
    """What other members see."""

    shows_full_name = forms.BooleanField(
        label="My full name", required=False, help_text="Otherwise people see your first name and an initial."
    )
    shows_photo = forms.BooleanField(label="My photo", required=False)
    shows_phone = forms.BooleanField(
        label="My phone number", required=False, help_text="To members who open your page, so that they can call you."
    )
    shows_presence = forms.BooleanField(
        label="That I am here", required=False, help_text="To members of your circles, while you have their page open."
    )


class PaymentForm(forms.Form):
    """Where money should end up."""

    payment_method = forms.ChoiceField(
        label="When money comes to me", choices=PaymentMethod.choices, widget=forms.RadioSelect
    )


class BankForm(forms.Form):
    """A bank account; all of it or nothing."""

    holder = NameField(label="Account holder")
    bank = NameField(label="Bank")
    branch = forms.RegexField(label="Branch or sort code", regex=r"^[0-9A-Za-z -]{2,16}$", required=False)
    account = forms.RegexField(
        label="Account number or IBAN",
        regex=r"^[0-9A-Za-z -]{4,40}$",
        error_messages={"invalid": "4 to 40 letters and digits."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def details(self) -> BankDetails:
        """What was typed, without the spaces that people put between groups of digits."""
        data = self.cleaned_data
        account_number = "".join(each for each in data["account"] if each.isalnum()).upper()
        return BankDetails(holder=data["holder"], bank=data["bank"], account=account_number, branch=data["branch"])


class RolesForm(forms.Form):
    """What a member may do here."""

    roles = forms.MultipleChoiceField(label="May also act as", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None, *, member: Member) -> None:
        super().__init__(data, initial={"roles": member.roles})
        names = sorted(name for name in declared_roles() if name != rules.MEMBER)
        choices = [(name, rules.role_label(name)) for name in names]
        cast(forms.MultipleChoiceField, self.fields["roles"]).choices = choices
