"""Where a person is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from pamoja.kernel.identity.models import Person
from pamoja.kernel.identity.queries.people import member_with_id
from pamoja.kernel.identity.rules.devices import device


@dataclass(frozen=True)
class SessionLine:
    """One session as its owner recognises it."""

    number: int
    device: str
    address: str
    started_at: datetime
    last_seen_at: datetime
    is_current: bool


@dataclass(frozen=True)
class Standing:
    """How far we know that a person is who they say."""

    email_verified: bool
    has_phone: bool
    phone_verified: bool
    has_app: bool
    passkeys: int
    recovery_codes: bool

    @property
    def has_second_factor(self) -> bool:
        return self.has_app or self.passkeys > 0


def sessions_of(person: Person, *, current_key: str | None) -> list[SessionLine]:
    """The person's live sessions, newest first; those that ended by themselves are cleared away on the way."""
    live = UserSession.objects.purge_and_list(person)
    return [
        SessionLine(
            number=session.pk,
            device=device(session.user_agent),
            address=session.ip,
            started_at=session.created_at,
            last_seen_at=session.last_seen_at,
            is_current=session.session_key == current_key,
        )
        for session in sorted(live, key=lambda each: each.last_seen_at, reverse=True)
    ]


def standing_of(person: Person) -> Standing:
    """What has been verified about the person, and how they prove themselves."""
    kinds = list(Authenticator.objects.filter(user_id=person.pk).values_list("type", flat=True))
    return Standing(
        email_verified=EmailAddress.objects.filter(
            user_id=person.pk, email__iexact=person.email, verified=True
        ).exists(),
        has_phone=person.phone is not None,
        phone_verified=person.phone_verified_at is not None,
        has_app=Authenticator.Type.TOTP in kinds,
        passkeys=kinds.count(Authenticator.Type.WEBAUTHN),
        recovery_codes=Authenticator.Type.RECOVERY_CODES in kinds,
    )


@dataclass(frozen=True)
class Proofs:
    """How sure it is that a member is behind what is done in their name: for who lets money out."""

    joined_at: datetime
    is_confirmed: bool
    phone_changed_at: datetime | None
    access_changed_at: datetime | None


def proofs_of(member_id: UUID) -> Proofs:
    """Whether the phone or the e-mail address is confirmed, and when what matters was last changed.

    Raises: MemberNotFound.
    """
    member = member_with_id(member_id)
    person = member.person
    has_address = EmailAddress.objects.filter(user_id=person.pk, email__iexact=person.email, verified=True)
    return Proofs(
        joined_at=member.joined_at,
        is_confirmed=person.phone_verified_at is not None or has_address.exists(),
        phone_changed_at=person.phone_changed_at,
        access_changed_at=person.access_changed_at,
    )


def person_id_of_photo(name: str) -> UUID | None:
    """Whose photo has this name."""
    return Person.objects.filter(photo=name).values_list("pk", flat=True).first() if name else None
