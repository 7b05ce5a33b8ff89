"""Builders of communities, people and members, and the five that every specification may call on."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client
from django.utils.crypto import get_random_string

from pamoja.foundation.actions import Actor

if TYPE_CHECKING:
    from pamoja.kernel.communities.public import Community
    from pamoja.kernel.identity.public import Member, Person

PASSWORD = "Kilimanjaro-5895"
_numbers = itertools.count(1)
_hashed: list[str] = []


def a_community(**differs: Any) -> Community:
    """A community in Nairobi with savings switched on."""
    from pamoja.kernel.communities.public import Community

    number = next(_numbers)
    usual = {
        "slug": f"community-{number}",
        "name": f"Community {number}",
        "currency": "KES",
        "country": "KE",
        "time_zone": "Africa/Nairobi",
        "products": ["savings"],
    }
    return Community.objects.create(**(usual | differs))


def a_person(name: str = "Amina Wanjiru", *, phone: str | None = None, verified: bool = True, **differs: Any) -> Person:
    """A person who can sign in with `PASSWORD`; `phone` in E.164."""
    from allauth.account.models import EmailAddress

    person = _a_new_person(name, phone=phone, **differs)
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, verified=verified, primary=True)
    return person


def _a_new_person(name: str, *, phone: str | None = None, **differs: Any) -> Person:
    from pamoja.kernel.identity.models import Person
    from pamoja.kernel.identity.queries.people import phone_index

    email = differs.pop("email", f"{name.split(maxsplit=1)[0].lower()}.{next(_numbers)}@example.org")
    password = differs.pop("password", _password_hash())
    person = Person(email=email, name=name, password=password, **differs)
    if phone:
        person.phone, person.phone_index = phone, phone_index(phone)
    return person


def a_member(name: str = "Amina Wanjiru", *, community: Community | None = None, **differs: Any) -> Member:
    """A member of the entered community or of the given one; what is no column of theirs is their person's."""
    from pamoja.kernel.communities.public import current_community_id, entered
    from pamoja.kernel.identity.public import Member

    own = {field.name for field in Member._meta.get_fields()} - {"name"}
    of_member = {key: value for key, value in differs.items() if key in own}
    of_person = {key: value for key, value in differs.items() if key not in own}
    person = of_member.pop("person", None) or a_person(name, **of_person)
    with entered(community.pk if community else current_community_id()):
        return Member.objects.create(person=person, name=name, **of_member)


def actor(member: Member) -> Actor:
    """The member as one who does things."""
    from pamoja.kernel.identity.public import actor_for

    return actor_for(member)


def signed_in(who: Member | Person, *, seconds_ago: int = 0, **options: Any) -> Client:
    """A browser in which they signed in with their password so many seconds ago, and were seen just now."""
    from django.contrib.sessions.backends.base import VALID_KEY_CHARS
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    person, now = getattr(who, "person", who), time.time()
    said = {
        SESSION_KEY: str(person.pk),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: person.get_session_auth_hash(),
        "account_authentication_methods": [{"method": "password", "at": now - seconds_ago}],
        "account_authentication_methods_user": str(person.pk),
        "seen_at": now,
    }
    # One row, where signing in by the front door takes a dozen statements: most specifications of pages begin here.
    session, store = Session(session_key=get_random_string(32, VALID_KEY_CHARS)), SessionStore()
    session.session_data, session.expire_date = store.encode(said), store.get_expiry_date()
    session.save(force_insert=True)
    client = Client(**options)
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


@dataclass(frozen=True)
class Cast:
    """Five people: four in the test's community, one of them only a visitor to it, and one in another."""

    community: Community
    other_community: Community
    owner: Member
    treasurer: Member
    member: Member
    stranger: Person
    outsider: Member


def make_cast(community: Community, other_community: Community) -> Cast:
    """The cast: the owner operates the community; the stranger signs in but never joined; the outsider is elsewhere."""
    from allauth.account.models import EmailAddress

    from pamoja.kernel.communities.public import entered
    from pamoja.kernel.identity.public import OPERATOR, STAFF, Member, Person

    phones = {
        "Wanjiku Kamau": "+254712000001",
        "Otieno Odhiambo": "+254712000002",
        "Amina Hassan": "+254712000003",
        "Njoroge Mwangi": "+254712000004",
        "Grace Okoro": "+447400000005",
    }
    # All at once: hundreds of specifications begin with these five.
    people = Person.objects.bulk_create(_a_new_person(name, phone=phone) for name, phone in phones.items())
    addresses = [EmailAddress(user=each, email=each.email, verified=True, primary=True) for each in people]
    EmailAddress.objects.bulk_create(addresses)
    wanjiku, otieno, amina, njoroge, grace = people
    with entered(community.pk):
        owner, treasurer, member = Member.objects.bulk_create(
            Member(person=person, name=person.name, roles=roles)
            for person, roles in ((wanjiku, [OPERATOR]), (otieno, [STAFF]), (amina, []))
        )
    with entered(other_community.pk):
        outsider = Member.objects.create(person=grace, name=grace.name)
    return Cast(community, other_community, owner, treasurer, member, stranger=njoroge, outsider=outsider)


def _password_hash() -> str:
    # Argon2 takes its time on purpose; once a run is enough.
    if not _hashed:
        from django.contrib.auth.hashers import make_password

        _hashed.append(make_password(PASSWORD))
    return _hashed[0]
