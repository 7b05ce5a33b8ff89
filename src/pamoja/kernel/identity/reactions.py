"""When the sign-in library says that something happened, keep the fact."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from pamoja.foundation.actions import Actor
from pamoja.kernel.identity.actions.witnessing import witness
from pamoja.kernel.identity.events import (
    EmailChanged,
    EmailVerified,
    FactorAdded,
    FactorRemoved,
    PasswordChanged,
    PasswordWasReset,
    SignedIn,
    SignedOut,
    SignInConfirmed,
    SignInFailed,
)
from pamoja.kernel.identity.models import Person
from pamoja.kernel.identity.queries.asking import SIGNED_IN_AT, actor_for, person_actor
from pamoja.kernel.identity.queries.people import member_of_person

FACTORS = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


@receiver(account.user_logged_in, dispatch_uid="identity.signed_in")
def _signed_in(user: Person, request: HttpRequest, **_: Any) -> None:
    request.session[SIGNED_IN_AT] = time.time()
    methods = [record["method"] for record in get_authentication_records(request, user)]
    first = "passkey" if methods[:1] == ["mfa"] else (methods[0] if methods else "code")
    words = {"password": "password", "password_reset": "password reset", "passkey": "passkey"}.get(first, "a code")
    by_two = first != "passkey" and "mfa" in methods
    witness(by=_by(user), fact=SignedIn(person_id=user.pk, method=words + (" and second factor" if by_two else "")))


@receiver(account.authentication_step_completed, dispatch_uid="identity.confirmed")
def _confirmed(user: Person, method: str, reauthenticated: bool = False, **_: Any) -> None:
    if reauthenticated:
        words = "second factor" if method == "mfa" else method
        witness(by=_by(user), fact=SignInConfirmed(person_id=user.pk, method=words))


@receiver(user_logged_out, dispatch_uid="identity.signed_out")
def _signed_out(user: Person | None, request: HttpRequest, **_: Any) -> None:
    if user is not None:
        reason = "after half an hour" if getattr(request, "was_idle", False) else "by hand"
        witness(by=_by(user), fact=SignedOut(person_id=user.pk, reason=reason))


@receiver(account.password_changed, dispatch_uid="identity.password_changed")
@receiver(account.password_set, dispatch_uid="identity.password_set")
def _password_changed(user: Person, **_: Any) -> None:
    witness(by=_by(user), fact=PasswordChanged(person_id=user.pk))


@receiver(account.password_reset, dispatch_uid="identity.password_reset")
def _password_reset(user: Person, **_: Any) -> None:
    witness(by=_by(user), fact=PasswordWasReset(person_id=user.pk))


@receiver(account.email_confirmed, dispatch_uid="identity.email_verified")
def _email_verified(email_address: Any, **_: Any) -> None:
    person = email_address.user
    witness(by=_by(person), fact=EmailVerified(person_id=person.pk))


@receiver(account.email_changed, dispatch_uid="identity.email_changed")
def _email_changed(user: Person, from_email_address: Any = None, **_: Any) -> None:
    if from_email_address is None:
        return  # the first address, just verified
    witness(by=_by(user), fact=EmailChanged(person_id=user.pk))


@receiver(account.password_reset_code_rejected, dispatch_uid="identity.reset_code_rejected")
@receiver(account.email_verification_code_rejected, dispatch_uid="identity.email_code_rejected")
def _code_rejected(user: Person | None, **_: Any) -> None:
    if user is not None:
        witness(by=_by(user), fact=SignInFailed(person_id=user.pk, what="code"))


@receiver(mfa.authentication_failed, dispatch_uid="identity.factor_rejected")
def _factor_rejected(user: Person, **_: Any) -> None:
    witness(by=_by(user), fact=SignInFailed(person_id=user.pk, what="second factor"))


@receiver(mfa.authenticator_added, dispatch_uid="identity.factor_added")
@receiver(mfa.authenticator_reset, dispatch_uid="identity.factor_reset")
def _factor_added(user: Person, authenticator: Authenticator, **_: Any) -> None:
    witness(by=_by(user), fact=FactorAdded(person_id=user.pk, factor=_named(authenticator)))


@receiver(mfa.authenticator_removed, dispatch_uid="identity.factor_removed")
def _factor_removed(user: Person, authenticator: Authenticator, **_: Any) -> None:
    witness(by=_by(user), fact=FactorRemoved(person_id=user.pk, factor=_named(authenticator)))


def _by(person: Person) -> Actor:
    member = member_of_person(person.pk)
    return actor_for(member) if member else person_actor(person)


def _named(authenticator: Authenticator) -> str:
    return FACTORS[Authenticator.Type(authenticator.type)]
