"""What django-allauth and Django's admin ask of us: adapters to the sign-in library, and roles as permissions."""

from __future__ import annotations

import base64
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import get_random_string

from pamoja.foundation import crypto
from pamoja.kernel.communities.public import Community, NoCommunity, current_community, current_community_id
from pamoja.kernel.identity.actions.trying import SIGN_IN, SIGN_IN_FROM_ADDRESS, take_try
from pamoja.kernel.identity.actions.witnessing import witness
from pamoja.kernel.identity.events import SignInFailed
from pamoja.kernel.identity.models import Person
from pamoja.kernel.identity.queries.asking import actor_for, actor_of, address_of, recently_authenticated
from pamoja.kernel.identity.queries.people import member_of_person

_SECRET_CONTEXT = "mfa_authenticator.secret"  # noqa: S105 - names the field that a secret is bound to, is none


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library carries no types
    """Signing in, in the words and with the limits of the community it happens in."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The email address or the password is not right.",
        "incorrect_code": "This code is not right. Look for the newest email from us.",
        "too_many_login_attempts": "That was a lot of tries. Please wait a minute and try again.",
        "account_inactive": "This account is closed. Please ask your community's operators.",
    }

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts the try, before a password is looked at. Replaces the library's own counting."""
        take_try(SIGN_IN_FROM_ADDRESS, address_of(request))
        take_try(SIGN_IN, credentials.get("email", ""))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Keeps the fact; whose address it was only if it is somebody's."""
        person = Person.objects.filter(email__iexact=credentials.get("email", "")).first()
        witness(by=actor_of(request), fact=SignInFailed(person_id=person.pk if person else None, what="password"))

    def add_message(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Only for pages: an app has no next page on which a message would show."""
        if not request.path_info.startswith("/api/"):
            super().add_message(request, *args, **kwargs)

    def format_email_subject(self, subject: str) -> str:
        return subject

    def render_mail(
        self, template_prefix: str, email: str | list[str], context: dict[str, Any], headers: Any = None
    ) -> EmailMessage:
        """Every mail of the library knows the community in whose name it goes out."""
        named = {**context, "community": current_community()}
        return cast(EmailMessage, super().render_mail(template_prefix, email, named, headers))

    def send_account_already_exists_mail(self, email: str) -> None:
        """To whoever registered with an address, or with a phone number, that is taken; the page does not say so."""
        request = context.request
        self.send_mail(
            "account/email/account_already_exists",
            email,
            {
                "is_email_known": Person.objects.filter(email__iexact=email).exists(),
                "login_url": request.build_absolute_uri(reverse("account_login")),
                "password_reset_url": request.build_absolute_uri(reverse("account_reset_password")),
            },
        )

    def get_client_ip(self, request: HttpRequest) -> str:
        # The front door has already put a trusted proxy's word in its place.
        return address_of(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("home")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return reverse("home")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("home")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("identity:security")

    def generate_email_verification_code(self) -> str:
        return _code()

    def generate_password_reset_code(self) -> str:
        return _code()

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """As for money: who has come in within ten minutes is not asked again."""
        return not recently_authenticated(self.request)

    def is_safe_url(self, url: str) -> bool:
        """Only addresses of this very host: not those of other communities' domains."""
        from django.utils.http import url_has_allowed_host_and_scheme

        request = context.request
        return url_has_allowed_host_and_scheme(
            url,
            allowed_hosts={request.get_host()},
            require_https=request.is_secure() and settings.SESSION_COOKIE_SECURE,
        )


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library carries no types
    """Second factors: secrets sealed at rest, shown under the community's name."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(crypto.encrypt(text, _SECRET_CONTEXT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(base64.b64decode(encrypted_text), _SECRET_CONTEXT)

    def generate_authenticator_name(self, user: Person, type: str) -> str:  # noqa: A002 - the library's word
        count = Authenticator.objects.filter(user=user, type=type).count()
        return "My passkey" if not count else f"Passkey {count + 1}"

    def get_totp_issuer(self) -> str:
        return _community_name()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": context.request.get_host().partition(":")[0], "name": _community_name()}


class RoleBackend(BaseBackend):
    """Roles in the entered community, in the form in which Django's admin asks: `identity.view_member`.

    Who may enter the back office may look at what is registered there; changing needs a permission of that name.
    """

    def has_perm(self, user_obj: AbstractBaseUser | AnonymousUser, perm: str, obj: Any = None) -> bool:
        held = permissions_held(user_obj)
        return perm in held or ("back_office.enter" in held and perm.partition(".")[2].startswith("view_"))

    def has_module_perms(self, user_obj: AbstractBaseUser | AnonymousUser, app_label: str) -> bool:
        return "back_office.enter" in permissions_held(user_obj)


def permissions_held(user: Any) -> frozenset[str]:
    """What the user may do in the entered community; looked up once a request."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return frozenset()
    try:
        community_id = current_community_id()
    except NoCommunity:
        return frozenset()
    known = getattr(user, "_permissions_held", None)
    if known is None or known[0] != community_id:
        member = member_of_person(user.pk)
        held = actor_for(member).permissions if member and member.is_active else frozenset()
        user._permissions_held = known = (community_id, held)
    return cast(frozenset[str], known[1])


def _code() -> str:
    # Six digits: read from a mail and typed on an old phone. Three tries and fifteen minutes guard it.
    return get_random_string(6, "0123456789")


def _community_name() -> str:
    community: Community = current_community()
    return community.name
