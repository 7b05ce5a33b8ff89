"""Members of the entered community, and how they want to be reached."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse

from pamoja.foundation import crypto, ids
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity import rules
from pamoja.kernel.identity.errors import MemberNotFound
from pamoja.kernel.identity.models import Member, Person
from pamoja.kernel.identity.rules.banking import BankDetails


@dataclass(frozen=True)
class MemberCard:
    """What other members see of a member, by that member's wish."""

    id: UUID
    name: str
    short_name: str
    initials: str
    photo_url: str | None

    @property
    def public_id(self) -> str:
        return ids.public("member", self.id)


def cards_of(member_ids: Iterable[UUID]) -> dict[UUID, MemberCard]:
    """A card for each of these members of the entered community, in one query."""
    found = Member.objects.filter(pk__in=set(member_ids)).select_related("person")
    return {member.pk: card_of(member) for member in found}


def card_of(member: Member) -> MemberCard:
    """The card of a member whose person is loaded."""
    return MemberCard(
        id=member.pk,
        name=member.shown_name,
        short_name=rules.short_name(member.name),
        initials=rules.initials(member.name),
        photo_url=photo_url(member.person) if member.shows_photo else None,
    )


def photo_url(person: Person) -> str | None:
    """Where the person's photo is served to those who may see it."""
    return reverse("identity:photo", args=[person.photo]) if person.photo else None


def names_of(member_ids: set[UUID]) -> dict[UUID, str]:
    """How feeds call these members: always the short form, whatever they show elsewhere."""
    found = Member.objects.filter(pk__in=member_ids).values_list("pk", "name")
    return {member_id: rules.short_name(name) for member_id, name in found}


def member_with_id(member_id: UUID) -> Member:
    """Raises: MemberNotFound, also for a member of another community."""
    member = Member.objects.select_related("person").filter(pk=member_id).first()
    if member is None:
        raise MemberNotFound()
    return member


def members_with_ids(member_ids: Iterable[UUID]) -> list[Member]:
    """Each of them once, in the order asked for. Raises: MemberNotFound, also for one of another community."""
    wanted = list(dict.fromkeys(member_ids))
    found = Member.objects.select_related("person").in_bulk(wanted)
    if len(found) < len(wanted):
        raise MemberNotFound()
    return [found[member_id] for member_id in wanted]


def member_of_person(person_id: UUID) -> Member | None:
    """The person's membership of the entered community, whether or not it is active."""
    return Member.objects.select_related("person").filter(person_id=person_id).first()


def members_for_update(member_ids: Iterable[UUID]) -> list[Member]:
    """Locks in key order."""
    return list(Member.objects.filter(pk__in=set(member_ids)).order_by("pk").select_for_update())


def operators_and_for_update(member_id: UUID) -> list[Member]:
    """Locks the active operators and this member, in key order."""
    wanted = Q(roles__contains=[rules.OPERATOR], is_active=True) | Q(pk=member_id)
    return list(Member.objects.filter(wanted).order_by("pk").select_for_update())


def members_named(text: str = "", role: str = "") -> QuerySet[Member]:
    """Members of the entered community whose name or email holds the text, by name."""
    found = Member.objects.select_related("person").order_by("name", "pk")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(person__email__icontains=text))
    if role:
        found = found.filter(roles__contains=[role])
    return found


def phone_of(member_id: UUID) -> str | None:
    """The member's phone in E.164, for those who send to it; never for a page of others or a log."""
    return member_with_id(member_id).person.phone


def email_of(member_id: UUID) -> str:
    """The member's email address."""
    return member_with_id(member_id).person.email


def time_zone_of(member_id: UUID) -> str:
    """The member's IANA time zone: their own, else the community's."""
    return member_with_id(member_id).person.time_zone or current_community().time_zone


def language_of(member_id: UUID) -> str:
    """The member's language, such as `en`."""
    return member_with_id(member_id).person.language


def payment_method_of(member_id: UUID) -> str:
    """`mpesa` when the member wants money sent on and there is a place for it, else `wallet`."""
    member = member_with_id(member_id)
    return member.payment_method if member.person.has_place_for_money else "wallet"


def bank_details_of(person: Person) -> BankDetails | None:
    """The person's own bank account; for nobody else's page."""
    return BankDetails(**json.loads(person.bank_details)) if person.bank_details else None


def phone_index(phone: str) -> bytes:
    """The blind index under which a phone in E.164 is found."""
    return crypto.blind_index(phone, "person.phone")


def person_with_phone(phone: str) -> Person | None:
    """Whoever has this phone in E.164."""
    return Person.objects.filter(phone_index=phone_index(phone)).first()


def member_with_phone(phone: str) -> Member | None:
    """The member of the entered community who has this phone in E.164."""
    return Member.objects.select_related("person").filter(person__phone_index=phone_index(phone)).first()
