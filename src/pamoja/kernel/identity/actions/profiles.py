"""What people say about themselves. Facts tell which fields changed, never what to."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.kernel.identity import rules
from pamoja.kernel.identity.errors import NameMissing, NoPhone, NotAMember, PhoneTaken
from pamoja.kernel.identity.events import PhoneVerified, ProfileChanged
from pamoja.kernel.identity.models import Member, PaymentMethod, Person
from pamoja.kernel.identity.queries.people import phone_index
from pamoja.kernel.identity.rules import pictures
from pamoja.kernel.identity.rules.banking import BankDetails

PRIVACY = ("shows_full_name", "shows_photo", "shows_phone", "shows_presence")


@action
def change_profile(*, by: Actor, name: str, language: str, time_zone: str) -> Member:
    """What the member is called, and how times and texts are written to them; an empty zone is the community's.

    Raises: NotAMember; NameMissing.
    """
    member = _own_for_update(by)
    name = rules.clean_name(name)
    if not name:
        raise NameMissing(field="name")
    person = member.person
    _set(member, name=name)
    _set(person, name=name, language=language, time_zone=time_zone)
    _tell(person, "name, language and time zone")
    return member


@action
def change_phone(*, by: Actor, phone: str) -> Member:
    """Another number, in E.164; it is unverified until it proves to be in the member's hands.

    Raises: NotAMember; PhoneTaken.
    """
    member = _own_for_update(by)
    person = member.person
    if person.phone == phone:
        return member
    try:
        with transaction.atomic():
            values = {"phone": phone, "phone_index": phone_index(phone), "phone_changed_at": clock.now()}
            _set(person, **values, phone_verified_at=None)
    except IntegrityError as error:
        raise PhoneTaken(field="phone") from error
    _tell(person, "phone number")
    return member


@joins_transaction
def confirm_phone(*, member_id: UUID, phone: str) -> bool:
    """The phone (E.164) proved to be in the member's hands, as by a payment that its owner approved with a PIN.

    Gives whether this is the member's own number; a fact the first time.
    """
    member = Member.objects.select_related("person").filter(pk=member_id).first()
    if member is None or member.person.phone != phone:
        return False
    if member.person.phone_verified_at is None:
        _set(member.person, phone_verified_at=clock.now())
        announce(PhoneVerified(person_id=member.person_id))
    return True


@joins_transaction
def set_language(*, member_id: UUID, language: str) -> None:
    """The member said, in a conversation, which language they want."""
    member = Member.objects.select_related("person").get(pk=member_id)
    _set(member.person, language=language)


@action
def change_payment_method(*, by: Actor, method: str) -> Member:
    """Where the member's money should end up: a value of `PaymentMethod`.

    Raises: NotAMember; NoPhone when it should be sent on, and neither a phone nor a bank account is known.
    """
    member = _own_for_update(by)
    if method == PaymentMethod.MPESA and not member.person.has_place_for_money:
        raise NoPhone(field="payment_method")
    _set(member, payment_method=PaymentMethod(method).value)
    _tell(member.person, "payment method")
    return member


@action
def change_bank_details(*, by: Actor, details: BankDetails | None) -> Member:
    """The member's bank account, held sealed; `None` forgets it.

    Raises: NotAMember.
    """
    member = _own_for_update(by)
    _set(member.person, bank_details=json.dumps(asdict(details)) if details else None)
    _tell(member.person, "bank details")
    return member


@action
def change_privacy(*, by: Actor, shows: dict[str, bool]) -> Member:
    """What other members see: some of `PRIVACY`.

    Raises: NotAMember.
    """
    member = _own_for_update(by)
    _set(member, **{field: bool(value) for field, value in shows.items() if field in PRIVACY})
    _tell(member.person, "privacy")
    return member


@action
def change_photo(*, by: Actor, content: bytes | None) -> Member:
    """Another photo from an uploaded file, or none.

    Raises: NotAMember; PictureTooBig; UnreadablePicture.
    """
    member = _own_for_update(by)
    before = member.person.photo
    name = ""
    if content is not None:
        made = pictures.portrait(content)
        name = f"{secrets.token_urlsafe(24)}.webp"
        path = photo_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made)
    _set(member.person, photo=name)
    _tell(member.person, "photo")
    if before:
        transaction.on_commit(lambda: photo_path(before).unlink(missing_ok=True))
    return member


def photo_path(name: str) -> Path:
    """Where the photo with this unguessable name is kept."""
    return Path(settings.MEDIA_ROOT) / "people" / name


def _own_for_update(by: Actor) -> Member:
    if by.member_id is None:
        raise NotAMember()
    found = Member.objects.filter(pk=by.member_id).select_related("person").select_for_update(of=("self", "person"))
    if (member := found.first()) is None:
        raise NotAMember()
    return member


def _set(row: Member | Person, **values: Any) -> None:
    for field, value in values.items():
        setattr(row, field, value)
    row.save(update_fields=list(values))


def _tell(person: Person, *fields: str) -> None:
    announce(ProfileChanged(person_id=person.pk, fields=fields))
