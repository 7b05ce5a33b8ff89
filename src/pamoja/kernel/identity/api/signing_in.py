"""Registering, signing in and out, and tokens. A step that waits for a code answers with a `flow`."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordKeyForm
from allauth.account.internal.flows import login as login_flow
from allauth.account.internal.flows import signup as signup_flow
from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from allauth.account.internal.flows.password_reset_by_code import PasswordResetVerificationProcess
from allauth.account.internal.stagekit import get_pending_stage
from allauth.account.models import Login
from allauth.account.stages import EmailVerificationStage, LoginStageController
from allauth.core.exceptions import ImmediateHttpResponse, RateLimited
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.stages import AuthenticateStage
from django.forms import BaseForm
from django.http import HttpRequest
from ninja import Router, Status

from pamoja.foundation.actions import Actor
from pamoja.kernel.identity.actions.flowing import flow_token, flowing, issue_tokens
from pamoja.kernel.identity.actions.joining import join_community
from pamoja.kernel.identity.actions.sessions import refresh_tokens, sign_out_of
from pamoja.kernel.identity.actions.trying import CODE, SECOND_FACTOR, take_try
from pamoja.kernel.identity.errors import (
    EmailUnverified,
    FieldsInvalid,
    SecondFactorNeeded,
    TokenSpent,
    TooManyTries,
    WrongCode,
    WrongCredentials,
)
from pamoja.kernel.identity.forms import ResetPasswordForm, SignupForm
from pamoja.kernel.identity.models import Person
from pamoja.kernel.identity.queries.asking import MemberRequest, person_auth
from pamoja.kernel.identity.schemas import (
    Credentials,
    EmailOnly,
    Flow,
    FlowCode,
    FlowOnly,
    NewPassword,
    Problem,
    Refresh,
    Registration,
    Tokens,
)

router = Router()

REFUSED = {401: Problem, 403: Problem, 422: Problem, 429: Problem}


@router.post("/register", response={202: Flow, 422: Problem, 429: Problem}, summary="Create an account")
def register(request: HttpRequest, body: Registration) -> Status[dict[str, str]]:
    """A code goes to the address; `POST /auth/verify-email` with it signs in. The answer is the same for an address or
    a phone number that is taken: only the mail differs."""
    form = SignupForm(
        {
            "name": body.name,
            "email": body.email,
            "phone": body.phone,
            "password1": body.password,
            "password2": body.password_confirmation,
            "terms": body.accept_terms,
        }
    )
    with flowing(request):
        _require(form, {"password1": "password", "password2": "password_confirmation", "terms": "accept_terms"})
        person, response = form.try_save(request)
        if person is not None:
            response = _limited(lambda: signup_flow.complete_signup(request, user=person))
        _not_limited(response)
        return Status(202, {"flow": flow_token(request), "detail": f"We have sent a code to {body.email}."})


@router.post("/verify-email", response={200: Tokens, **REFUSED}, summary="Verify the address with the mailed code")
def verify_email(request: HttpRequest, body: FlowCode) -> Tokens:
    """Signs in at once, unless a second factor is asked for."""
    with flowing(request, body.flow):
        process = EmailVerificationProcess.resume(request)
        _check_code(request, process, body.code)
        process.finish()
        stage = LoginStageController.enter(request, EmailVerificationStage.key)
        if stage is None:
            raise TokenSpent()
        return _go_on(request, stage.exit())


@router.post("/resend-code", response={202: Flow, **REFUSED}, summary="Send the code by mail once more")
def resend_code(request: HttpRequest, body: FlowOnly) -> Status[dict[str, str]]:
    """A new code; the old one no longer works."""
    with flowing(request, body.flow):
        process = EmailVerificationProcess.resume(request)
        if process is None:
            raise TokenSpent()
        if not process.can_resend:
            raise TooManyTries(wait="15 minutes", retry_after_s=900)
        try:
            _not_limited(_limited(process.resend))
        except RateLimited:
            raise TooManyTries(wait="10 seconds", retry_after_s=10) from None
        return Status(202, {"flow": body.flow, "detail": "We have sent a new code."})


@router.post("/login", response={200: Tokens, **REFUSED}, summary="Sign in")
def login(request: HttpRequest, body: Credentials) -> Tokens:
    """Where a second factor or the address's verification is missing, the problem carries a `flow` to go on with."""
    with flowing(request):
        credentials = {"email": body.email.strip(), "password": body.password}
        person = get_adapter().authenticate(request, **credentials)
        if person is None or not person.is_active:
            raise WrongCredentials()
        attempt = Login(user=person, email=credentials["email"])
        response = _limited(lambda: login_flow.perform_password_login(request, credentials, attempt))
        return _go_on(request, response, body.code)


@router.post("/second-factor", response={200: Tokens, **REFUSED}, summary="Sign in: the second factor")
def second_factor(request: HttpRequest, body: FlowCode) -> Tokens:
    """A code of the authenticator app, or a recovery code."""
    with flowing(request, body.flow):
        return _factor(request, body.code)


@router.post("/refresh", response={200: Tokens, 401: Problem, 422: Problem}, summary="New tokens")
def refresh(request: HttpRequest, body: Refresh) -> Tokens:
    """The refresh token is used up. Sent a second time it ends the whole session: somebody has a copy of it."""
    nobody = Actor(kind="person", label="an app")
    pair = refresh_tokens(by=nobody, refresh_token=body.refresh_token)
    if pair is None:
        raise TokenSpent()
    return Tokens.of(pair)


@router.post("/logout", auth=person_auth, response={204: None, 401: Problem}, summary="Sign out")
def logout(request: MemberRequest) -> Status[None]:
    """Ends the session: its access and refresh tokens are worth nothing from this moment."""
    session = getattr(request, "token_session", None) or request.session
    sign_out_of(by=request.actor, session_key=session.session_key or "")
    return Status(204, None)


@router.post(
    "/join", auth=person_auth, response={204: None, 401: Problem, 403: Problem}, summary="Become a member here"
)
def join(request: MemberRequest) -> Status[None]:
    """For somebody who is signed in but known from another community."""
    join_community(by=request.actor, person_id=cast(Person, request.user).pk)
    return Status(204, None)


@router.post("/reset-password", response={202: Flow, 422: Problem, 429: Problem}, summary="Ask for a new password")
def password_reset(request: HttpRequest, body: EmailOnly) -> Status[dict[str, str]]:
    """Mails a code. The answer is the same whether or not there is such an account."""
    form = ResetPasswordForm({"email": body.email})
    with flowing(request):
        _require(form)
        form.save(request)
        return Status(202, {"flow": flow_token(request), "detail": f"We have sent a mail to {body.email}."})


@router.post("/reset-password/confirm", response={204: None, **REFUSED}, summary="Choose a new password")
def password_reset_confirm(request: HttpRequest, body: NewPassword) -> Status[None]:
    """With the mailed code. Everybody who was signed in to the account is signed out."""
    with flowing(request, body.flow):
        process = PasswordResetVerificationProcess.resume(request)
        _check_code(request, process, body.code)
        fields = {"password1": body.password, "password2": body.password_confirmation}
        form = ResetPasswordKeyForm(fields, user=process.user)
        _require(form, {"password1": "password", "password2": "password_confirmation"})
        process.confirm_code()
        form.save()
        process.finish()
        return Status(204, None)


def _go_on(request: HttpRequest, response: Any, code: str | None = None) -> Tokens:
    """Tokens when the sign-in is through; otherwise says what is missing, and where to go on."""
    _not_limited(response)
    if request.user.is_authenticated:
        return Tokens.of(issue_tokens(request, request.user))
    stage = get_pending_stage(request)
    if stage is None:
        raise WrongCredentials()
    if stage.key != AuthenticateStage.key:
        raise EmailUnverified(flow=flow_token(request))
    if code is None:
        raise SecondFactorNeeded(flow=flow_token(request))
    return _factor(request, code)


def _factor(request: HttpRequest, code: str) -> Tokens:
    stage = LoginStageController.enter(request, AuthenticateStage.key)
    if stage is None:
        raise TokenSpent()
    take_try(SECOND_FACTOR, str(stage.login.user.pk))
    form = AuthenticateForm({"code": code}, user=stage.login.user)
    if not form.is_valid():
        raise WrongCode(field="code", flow=flow_token(request))
    form.save()
    return _go_on(request, stage.exit())


def _check_code(request: HttpRequest, process: Any, code: str) -> None:
    # A process that only pretends, for an address that is not known, has no code that could be right.
    if process is None:
        raise TokenSpent()
    take_try(CODE, request.session.session_key or "")
    expected = process.code
    if not expected or not process.user or not compare_user_code(actual=code, expected=expected):
        process.record_invalid_attempt()
        raise WrongCode(field="code")


def _require(form: BaseForm, names: dict[str, str] | None = None) -> None:
    if not form.is_valid():
        raise FieldsInvalid.of(form.errors, names)


def _limited(step: Any) -> Any:
    try:
        return step()
    except ImmediateHttpResponse as stopped:
        return stopped.response


def _not_limited(response: Any) -> None:
    if getattr(response, "status_code", 200) == 429:
        raise TooManyTries(wait="10 seconds", retry_after_s=10)
