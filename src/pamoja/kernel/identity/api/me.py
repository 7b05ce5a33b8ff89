"""One's own profile and sessions."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm
from allauth.account.internal.flows import password_change, reauthentication
from allauth.mfa.base.forms import ReauthenticateForm
from ninja import File, Router, Status
from ninja.files import UploadedFile

from pamoja.foundation import ids
from pamoja.foundation.actions import Actor
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity import rules
from pamoja.kernel.identity.actions import profiles
from pamoja.kernel.identity.actions.flowing import issue_tokens
from pamoja.kernel.identity.actions.sessions import end_other_sessions, end_session
from pamoja.kernel.identity.actions.trying import PHONE_CHANGE, SECOND_FACTOR, take_try
from pamoja.kernel.identity.errors import FieldsInvalid, WrongCode, WrongPassword
from pamoja.kernel.identity.forms import BankForm, ProfileForm
from pamoja.kernel.identity.models import Member
from pamoja.kernel.identity.queries.asking import MemberRequest, api_auth, require_recent_sign_in, standing_in
from pamoja.kernel.identity.queries.people import member_with_id
from pamoja.kernel.identity.queries.sessions import sessions_of
from pamoja.kernel.identity.rules import pictures
from pamoja.kernel.identity.schemas import (
    BankIn,
    Confirmation,
    Me,
    MeChange,
    PasswordChange,
    Problem,
    SessionOut,
    Tokens,
)

router = Router(auth=api_auth)

REFUSED = {401: Problem, 403: Problem, 409: Problem, 422: Problem, 429: Problem}


@router.get("", response={200: Me, 401: Problem, 403: Problem}, summary="My profile")
def me(request: MemberRequest) -> Me:
    """The asking member, with what they may do here."""
    return _me(request)


@router.patch("", response={200: Me, **REFUSED}, summary="Change my profile")
def change_me(request: MemberRequest, body: MeChange) -> Me:
    """What is not sent stays as it is."""
    member, actor = _asking(request)
    sent = body.dict(exclude_unset=True, exclude_none=True)
    if "phone" in sent:
        require_recent_sign_in(request)
        take_try(PHONE_CHANGE, str(member.person_id))
        profiles.change_phone(by=actor, phone=rules.read_phone(sent["phone"], current_community().country))
    if sent.keys() & {"name", "language", "time_zone"}:
        profiles.change_profile(by=actor, **_profile(member, sent))
    if "payment_method" in sent:
        profiles.change_payment_method(by=actor, method=sent["payment_method"])
    if privacy := {field: sent[field] for field in profiles.PRIVACY if field in sent}:
        profiles.change_privacy(by=actor, shows=privacy)
    return _me(request)


@router.post("/photo", response={200: Me, **REFUSED}, summary="Change my photo")
def change_photo(request: MemberRequest, photo: File[UploadedFile]) -> Me:
    """JPEG, PNG or WebP, at most 5 MB; what the camera wrote into it is not kept."""
    profiles.change_photo(by=_asking(request)[1], content=photo.read(pictures.BYTES_MAX + 1))
    return _me(request)


@router.delete("/photo", response={204: None, 401: Problem, 403: Problem}, summary="Remove my photo")
def remove_photo(request: MemberRequest) -> Status[None]:
    """The file is gone with it."""
    profiles.change_photo(by=_asking(request)[1], content=None)
    return Status(204, None)


@router.put("/bank", response={200: Me, **REFUSED}, summary="Set my bank account")
def set_bank(request: MemberRequest, body: BankIn) -> Me:
    """Needs a recent sign-in. It is read back masked only."""
    require_recent_sign_in(request)
    form = BankForm(body.dict())
    _require(form)
    profiles.change_bank_details(by=_asking(request)[1], details=form.details())
    return _me(request)


@router.delete("/bank", response={204: None, **REFUSED}, summary="Forget my bank account")
def forget_bank(request: MemberRequest) -> Status[None]:
    """Needs a recent sign-in."""
    require_recent_sign_in(request)
    profiles.change_bank_details(by=_asking(request)[1], details=None)
    return Status(204, None)


@router.post("/confirm", response={204: None, **REFUSED}, summary="Prove that it is still me")
def confirm(request: MemberRequest, body: Confirmation) -> Status[None]:
    """Makes the sign-in recent again for ten minutes, as money needs it."""
    person = _asking(request)[0].person
    with standing_in(request):
        if body.code:
            take_try(SECOND_FACTOR, str(person.pk))
            form = ReauthenticateForm({"code": body.code}, user=person)
            if not form.is_valid():
                raise WrongCode(field="code")
            form.save()
        elif get_adapter().reauthenticate(person, body.password or ""):
            reauthentication.reauthenticate_by_password(request)
        else:
            raise WrongPassword(field="password")
    return Status(204, None)


@router.post("/password", response={200: Tokens, 204: None, **REFUSED}, summary="Change my password")
def change_password(request: MemberRequest, body: PasswordChange) -> Status[Any]:
    """Signs out everywhere else. An app gets new tokens: those it had are worth nothing any more."""
    person = _asking(request)[0].person
    take_try(SECOND_FACTOR, f"password {person.pk}")
    fields = {"oldpassword": body.current_password, "password1": body.password, "password2": body.password_confirmation}
    form = ChangePasswordForm(person, fields)
    _require(form, {"oldpassword": "current_password", "password1": "password", "password2": "password_confirmation"})
    with standing_in(request):
        form.save()
        password_change.finalize_password_change(request, person)
        end_other_sessions(by=_asking(request)[1], current_key=request.session.session_key or "")
        if hasattr(request, "token_session"):
            return Status(200, Tokens.of(issue_tokens(request, person)))
    return Status(204, None)


@router.get("/sessions", response={200: list[SessionOut], 401: Problem, 403: Problem}, summary="Where I am signed in")
def sessions(request: MemberRequest) -> list[SessionOut]:
    """Browsers and apps, newest first."""
    found = sessions_of(_asking(request)[0].person, current_key=_session_key(request))
    return [SessionOut.of(line) for line in found]


@router.delete("/sessions", response={204: None, 401: Problem, 403: Problem}, summary="Sign out everywhere else")
def end_others(request: MemberRequest) -> Status[None]:
    """All sessions but the one that asks."""
    end_other_sessions(by=_asking(request)[1], current_key=_session_key(request) or "")
    return Status(204, None)


@router.delete(
    "/sessions/{session_id}",
    response={204: None, 401: Problem, 403: Problem, 404: Problem},
    summary="Sign out somewhere",
)
def end_one(request: MemberRequest, session_id: str) -> Status[None]:
    """Its tokens or cookie are worth nothing from this moment."""
    end_session(by=_asking(request)[1], number=ids.parse("session", session_id).int)
    return Status(204, None)


def _asking(request: MemberRequest) -> tuple[Member, Actor]:
    return request.member, request.actor


def _me(request: MemberRequest) -> Me:
    member, actor = _asking(request)
    return Me.of(member_with_id(member.pk), actor.permissions)


def _session_key(request: MemberRequest) -> str | None:
    session = getattr(request, "token_session", None) or request.session
    return session.session_key


def _profile(member: Member, sent: dict[str, Any]) -> dict[str, str]:
    now = {"name": member.name, "language": member.person.language, "time_zone": member.person.time_zone}
    form = ProfileForm(now | sent)
    _require(form)
    return {field: form.cleaned_data[field] for field in now}


def _require(form: Any, names: dict[str, str] | None = None) -> None:
    if not form.is_valid():
        raise FieldsInvalid.of(form.errors, names)
