"""How a stranger who writes becomes a member: by telling a name, from a phone that proves itself by writing."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from pamoja.foundation.actions import SYSTEM, Actor, action
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import (
    Member,
    confirm_phone,
    join_by_phone,
    member_with_id,
    member_with_phone,
)
from pamoja.kernel.messaging.actions import proving
from pamoja.kernel.messaging.actions.reaching import link_address
from pamoja.kernel.messaging.actions.talking import Errand
from pamoja.kernel.messaging.models import Address
from pamoja.kernel.messaging.rules.phrases import phrase
from pamoja.kernel.messaging.rules.saying import IS_ME, PROVE, REGISTER, Answer


def register(errand: Errand) -> Answer:
    """They told us their name. A number that WhatsApp vouches for is theirs; a hidden one is not known."""
    address = Address.objects.get(pk=errand.address_id)
    if address.member_id is None:
        number = str(address.address) if str(address.address).startswith("+") else None
        member = join_by_phone(by=SYSTEM, name=errand.do.argument, phone=number, language=errand.language)
        make_theirs(by=SYSTEM, address_id=address.pk, member_id=member.pk)
    else:
        member = Member.objects.get(pk=address.member_id)
    return _known_now(member, errand, "glad")


def is_me(errand: Errand) -> Answer:
    """The number stands unproven in somebody's profile, and they say that it is them: they write from it."""
    address = Address.objects.get(pk=errand.address_id)
    member = member_with_phone(str(address.address))
    if member is None or not member.is_active:
        return Answer(phrase(errand.language, "not_in_use"))
    make_theirs(by=SYSTEM, address_id=address.pk, member_id=member.pk, proves_phone=True)
    return _known_now(member, errand, "knew")


def prove(errand: Errand) -> Answer:
    """They sent the code that stands on their page, to show that the phone they write from is theirs."""
    sent, member_id = proving.hear_code(by=SYSTEM, address_id=errand.address_id, code=errand.do.argument)
    if member_id is None:
        return Answer(phrase(errand.language, f"proof_{sent.value}"))
    name, community = member_with_id(member_id).name, current_community().name
    told = phrase(errand.language, "proved", name=name, community=community)
    return Answer(told, joined_as="" if errand.talk else name)


@action
def make_theirs(*, by: Actor, address_id: UUID, member_id: UUID, proves_phone: bool = False) -> None:
    """The address belongs to this member from now on."""
    link_address(address_id=address_id, member_id=member_id)
    if proves_phone:
        confirm_phone(member_id=member_id, phone=str(Address.objects.get(pk=address_id).address))


def _known_now(member: Member, errand: Errand, words: str) -> Answer:
    name, community = member.name, current_community().name
    return Answer(phrase(errand.language, words, name=name, community=community), joined_as=name)


DEEDS: dict[str, Callable[[Errand], Answer]] = {REGISTER: register, IS_ME: is_me, PROVE: prove}
"""What the house does itself, for people whom it does not know yet."""
