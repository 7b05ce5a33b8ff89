"""The facts this package announces. What concerns a person's own security shows in that person's log alone."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pamoja.foundation.events import Event


@dataclass(frozen=True, kw_only=True)
class MemberFact(Event):
    """Something about a member that the community's people may see."""

    member_id: UUID

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.member_id}",)


@dataclass(frozen=True, kw_only=True)
class PersonFact(Event):
    """Something about how a person signs in; it shows in their own security log."""

    person_id: UUID | None

    def subjects(self) -> tuple[str, ...]:
        return (f"person:{self.person_id}",) if self.person_id else ()


@dataclass(frozen=True, kw_only=True)
class MemberJoined(MemberFact):
    """Somebody became a member; `is_new` when they registered to do so."""

    name = "identity.member_joined"
    sentence = "{member} joined."
    is_new: bool


@dataclass(frozen=True, kw_only=True)
class RolesChanged(MemberFact):
    """A member may now do more, or less."""

    name = "identity.roles_changed"
    sentence = "{by} changed the roles of {member} to: {roles}."
    roles: tuple[str, ...]
    before: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MemberSuspended(MemberFact):
    """A member can no longer act in the community."""

    name = "identity.member_suspended"
    sentence = "{by} suspended {member}."


@dataclass(frozen=True, kw_only=True)
class MemberRestored(MemberFact):
    """A suspended member can act again."""

    name = "identity.member_restored"
    sentence = "{by} restored {member}."


@dataclass(frozen=True, kw_only=True)
class ProfileChanged(PersonFact):
    """Which fields somebody changed; never what to."""

    name = "identity.profile_changed"
    sentence = "Profile changed: {fields}."
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PhoneVerified(PersonFact):
    """The phone proved to be in the person's hands."""

    name = "identity.phone_verified"
    sentence = "Phone number verified."


@dataclass(frozen=True, kw_only=True)
class Registered(PersonFact):
    """A new account."""

    name = "identity.registered"
    sentence = "Account created."


@dataclass(frozen=True, kw_only=True)
class EmailVerified(PersonFact):
    """The code that was sent to the address came back."""

    name = "identity.email_verified"
    sentence = "Email address verified."


@dataclass(frozen=True, kw_only=True)
class EmailChanged(PersonFact):
    """Another address signs in from now on."""

    name = "identity.email_changed"
    sentence = "Email address changed."


@dataclass(frozen=True, kw_only=True)
class SignedIn(PersonFact):
    """Signed in; `method` is password, passkey or password_reset, with `+ code` after a second factor."""

    name = "identity.signed_in"
    sentence = "Signed in with {method}."
    method: str


@dataclass(frozen=True, kw_only=True)
class SignInConfirmed(PersonFact):
    """Proved again that it is they."""

    name = "identity.sign_in_confirmed"
    sentence = "Confirmed with {method}."
    method: str


@dataclass(frozen=True, kw_only=True)
class SignedOut(PersonFact):
    """Signed out, or was signed out after half an hour without a request."""

    name = "identity.signed_out"
    sentence = "Signed out ({reason})."
    reason: str


@dataclass(frozen=True, kw_only=True)
class SignInFailed(PersonFact):
    """A wrong password or code; nobody in particular when the address is not known."""

    name = "identity.sign_in_failed"
    sentence = "Failed sign-in: wrong {what}."
    what: str


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(PersonFact):
    """By who knew the old one."""

    name = "identity.password_changed"
    sentence = "Password changed."


@dataclass(frozen=True, kw_only=True)
class PasswordWasReset(PersonFact):
    """By who received the code."""

    name = "identity.password_reset"
    sentence = "Password reset with a code by email."


@dataclass(frozen=True, kw_only=True)
class FactorAdded(PersonFact):
    """A second way to prove who it is."""

    name = "identity.factor_added"
    sentence = "Added: {factor}."
    factor: str


@dataclass(frozen=True, kw_only=True)
class FactorRemoved(PersonFact):
    """One way fewer."""

    name = "identity.factor_removed"
    sentence = "Removed: {factor}."
    factor: str


@dataclass(frozen=True, kw_only=True)
class SessionsEnded(PersonFact):
    """Signed out elsewhere, from here."""

    name = "identity.sessions_ended"
    sentence = "Signed out elsewhere: {count} session(s)."
    count: int


@dataclass(frozen=True, kw_only=True)
class UsedTokenSeen(PersonFact):
    """A refresh token came a second time: somebody has a copy, so its whole family was revoked."""

    name = "identity.used_token_seen"
    sentence = "An app presented a token that was already used. It was signed out for safety."
