"""Becoming a person of the platform and a member of a community."""

from __future__ import annotations

from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from pamoja.foundation import clock, ids
from pamoja.foundation.actions import Actor, action
from pamoja.foundation.events import announce
from pamoja.kernel.identity import rules
from pamoja.kernel.identity.errors import AlreadyRegistered, MemberNotFound, MembershipSuspended
from pamoja.kernel.identity.events import MemberJoined, MemberRestored, MemberSuspended, Registered
from pamoja.kernel.identity.models import Member, Person
from pamoja.kernel.identity.queries.people import member_of_person, members_for_update, phone_index

TERMS_VERSION = "2026-11"
"""Of the terms that a new member accepts; a change of their meaning gets a new version."""


@action
def register_person(*, by: Actor, email: str, name: str, phone: str, password: str) -> Member:
    """A new person, at once a member of the entered community. They have accepted the terms; the phone is in E.164.

    Raises: AlreadyRegistered when the email or the phone belongs to somebody.
    """
    person = Person(
        id=by.person_id or ids.new_id(),
        email=email.lower(),
        name=rules.clean_name(name),
        phone=phone,
        phone_index=phone_index(phone),
        terms_accepted_at=clock.now(),
        terms_version=TERMS_VERSION,
    )
    person.set_password(password)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyRegistered() from error
    EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=False)
    announce(Registered(person_id=person.pk))
    return _joined(person, is_new=True)


@action
def join_community(*, by: Actor, person_id: UUID) -> Member:
    """A known person becomes a member of the entered community. Again is the same as once.

    Raises: MembershipSuspended for somebody who was shown the door.
    """
    known = member_of_person(person_id)
    if known and not known.is_active:
        raise MembershipSuspended()
    return known or _joined(Person.objects.get(pk=person_id), is_new=False)


@action
def join_by_phone(*, by: Actor, name: str, phone: str | None, language: str) -> Member:
    """Somebody who has shown that this phone (E.164) is theirs becomes a member; None where they hide it.

    Who has it already is that person. They sign in nowhere until they add an email address: the one made for them
    leads nowhere (RFC 6761).
    Raises: MembershipSuspended for somebody who was shown the door.
    """
    owner = Person.objects.filter(phone_index=phone_index(phone)).first() if phone else None
    if owner is not None and owner.phone_verified_at is not None:
        known = member_of_person(owner.pk)
        if known and not known.is_active:
            raise MembershipSuspended()
        return known or _joined(owner, is_new=False)
    mine = phone if owner is None else None
    identifier = ids.new_id()
    person = Person(
        id=identifier,
        email=f"{identifier.hex}@whatsapp.invalid",
        name=rules.clean_name(name),
        phone=mine,
        phone_index=phone_index(mine) if mine else None,
        phone_verified_at=clock.now() if mine else None,
        language=language,
        terms_accepted_at=clock.now(),
        terms_version=TERMS_VERSION,
    )
    person.set_unusable_password()
    person.save(force_insert=True)
    announce(Registered(person_id=person.pk))
    return _joined(person, is_new=True)


@action
def suspend_member(*, by: Actor, member_id: UUID) -> Member:
    """The member can see and do nothing in this community until restored; their money stays theirs.

    Raises: NotAllowed without `identity.manage_members`; MemberNotFound.
    """
    by.require("identity.manage_members")
    return _set_active(member_id, is_active=False)


@action
def restore_member(*, by: Actor, member_id: UUID) -> Member:
    """The suspended member can act again.

    Raises: NotAllowed without `identity.manage_members`; MemberNotFound.
    """
    by.require("identity.manage_members")
    return _set_active(member_id, is_active=True)


def _joined(person: Person, *, is_new: bool) -> Member:
    # Two clicks at once make one membership: the unique constraint lets one of them insert.
    member, created = Member.objects.get_or_create(person=person, defaults={"name": person.name})
    if created:
        announce(MemberJoined(member_id=member.pk, is_new=is_new))
    return member


def _set_active(member_id: UUID, *, is_active: bool) -> Member:
    found = members_for_update([member_id])
    if not found:
        raise MemberNotFound()
    (member,) = found
    if member.is_active != is_active:
        member.is_active = is_active
        member.save(update_fields=["is_active"])
        announce(MemberRestored(member_id=member.pk) if is_active else MemberSuspended(member_id=member.pk))
    return member
