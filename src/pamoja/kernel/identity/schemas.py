"""What goes in and out of the API about people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from allauth.headless import app_settings
from ninja import Schema
from pydantic import Field, StringConstraints

from pamoja.foundation import ids
from pamoja.kernel.identity import rules
from pamoja.kernel.identity.models import Member
from pamoja.kernel.identity.queries.people import bank_details_of, card_of
from pamoja.kernel.identity.queries.sessions import SessionLine, standing_of

# PostgreSQL cannot hold a zero byte, and nobody's name has one.
Text = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\x00]*$")]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00]*$")]
Code = Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=r"^[0-9A-Za-z -]+$")]
Token = Annotated[str, StringConstraints(min_length=1, max_length=4096, pattern=r"^[\x21-\x7e]+$")]


class Problem(Schema):
    """What went wrong (RFC 9457). `code` is stable; `errors` names the fields at fault."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str = ""
    errors: list[FieldProblem] = []
    flow: str | None = Field(None, description="To go on with signing in where it stopped.")
    retry_after_s: int | None = None


class FieldProblem(Schema):
    """One field that is at fault."""

    field: str
    detail: str


class Registration(Schema):
    """A new account, at once a member of this community."""

    name: Text
    email: Text
    phone: Text = Field(description="With its country code, or as written in the community's country.")
    password: Secret = Field(description="8 to 128 characters with a capital letter, a small letter and a digit.")
    password_confirmation: Secret
    accept_terms: bool


class Flow(Schema):
    """A sign-in that waits for a code. Send `flow` back with it."""

    flow: str
    detail: str


class FlowCode(Schema):
    """The code that was sent by mail or shown by the authenticator app."""

    flow: Token
    code: Code


class FlowOnly(Schema):
    """Which flow is meant."""

    flow: Token


class Credentials(Schema):
    """Email and password; `code` is the second factor, if it is known to be needed."""

    email: Text
    password: Secret
    code: Code | None = None


class Tokens(Schema):
    """An access token for 5 minutes, and a refresh token to be used once."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a scheme, no secret
    expires_in_s: int = Field(description="Of the access token.")

    @staticmethod
    def of(pair: tuple[str, str]) -> Tokens:
        """An access and a refresh token."""
        return Tokens(
            access_token=pair[0], refresh_token=pair[1], expires_in_s=app_settings.JWT_ACCESS_TOKEN_EXPIRES_IN
        )


class Refresh(Schema):
    """A refresh token; it is used up by this."""

    refresh_token: Token


class EmailOnly(Schema):
    """Whose password is to be reset."""

    email: Text


class NewPassword(Schema):
    """The code that was mailed, and the password to have from now on."""

    flow: Token
    code: Code
    password: Secret
    password_confirmation: Secret


class PasswordChange(Schema):
    """The password as it is and as it shall be."""

    current_password: Secret
    password: Secret
    password_confirmation: Secret


class Confirmation(Schema):
    """A proof that it is still you: the password, or a code of the second factor."""

    password: Secret | None = None
    code: Code | None = None


class Bank(Schema):
    """A bank account, masked."""

    holder: str
    masked: str


class BankIn(Schema):
    """A bank account."""

    holder: Text
    bank: Text
    account: Text
    branch: Text = ""


class Verification(Schema):
    """What is known to be true about a person."""

    email: bool
    phone: bool
    second_factor: bool


class Me(Schema):
    """The asking member's own profile."""

    id: str
    name: str
    email: str
    phone: str | None
    language: str
    time_zone: str
    roles: list[str]
    permissions: list[str]
    payment_method: str
    bank: Bank | None
    shows_full_name: bool
    shows_photo: bool
    shows_phone: bool
    shows_presence: bool
    photo_url: str | None
    verification: Verification
    joined_at: datetime

    @staticmethod
    def of(member: Member, permissions: frozenset[str]) -> Me:
        """The profile of a member whose person is loaded."""
        person, standing, details = member.person, standing_of(member.person), bank_details_of(member.person)
        return Me(
            id=ids.public("member", member.pk),
            name=member.name,
            email=person.email,
            phone=person.phone,
            language=person.language,
            time_zone=person.time_zone,
            roles=[rules.MEMBER, *member.roles],
            permissions=sorted(permissions),
            payment_method=member.payment_method,
            bank=Bank(holder=details.holder, masked=details.masked) if details else None,
            shows_full_name=member.shows_full_name,
            shows_photo=member.shows_photo,
            shows_phone=member.shows_phone,
            shows_presence=member.shows_presence,
            photo_url=card_of(member).photo_url,
            verification=Verification(
                email=standing.email_verified, phone=standing.phone_verified, second_factor=standing.has_second_factor
            ),
            joined_at=member.joined_at,
        )


class MeChange(Schema):
    """Some of a profile; what is not sent stays. A new phone number needs a recent sign-in."""

    name: Text | None = None
    language: Literal["en", "sw"] | None = None
    time_zone: Text | None = None
    phone: Text | None = None
    payment_method: Literal["wallet", "mpesa"] | None = None
    shows_full_name: bool | None = None
    shows_photo: bool | None = None
    shows_phone: bool | None = None
    shows_presence: bool | None = None


class SessionOut(Schema):
    """A device that is signed in."""

    id: str
    device: str
    address: str
    started_at: datetime
    last_seen_at: datetime
    is_current: bool

    @staticmethod
    def of(line: SessionLine) -> SessionOut:
        """The line as the API shows it."""
        return SessionOut(
            id=ids.public("session", UUID(int=line.number)),
            device=line.device,
            address=line.address,
            started_at=line.started_at,
            last_seen_at=line.last_seen_at,
            is_current=line.is_current,
        )


class MemberOut(Schema):
    """A member, to those who look after members."""

    id: str
    name: str
    email: str
    roles: list[str]
    is_active: bool
    joined_at: datetime

    @staticmethod
    def of(member: Member) -> MemberOut:
        """A member whose person is loaded."""
        return MemberOut(
            id=ids.public("member", member.pk),
            name=member.name,
            email=member.person.email,
            roles=[rules.MEMBER, *member.roles],
            is_active=member.is_active,
            joined_at=member.joined_at,
        )


class MemberPage(Schema):
    """One page of members, by name."""

    items: list[MemberOut]
    page: int
    pages: int
    count: int


class RolesIn(Schema):
    """The roles a member shall have, and no others."""

    roles: list[Annotated[str, StringConstraints(max_length=60)]] = Field(max_length=20)
