"""Who asks a request, and what they may do."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from pamoja.foundation.actions import NotAllowed
from pamoja.kernel.communities.public import entered
from pamoja.kernel.identity.public import (
    NotAMember,
    Person,
    SignInNeeded,
    actor_of,
    cards_of,
    declare_role,
    email_of,
    member_of,
    needs_member,
    needs_recent_sign_in,
    phone_of,
    recently_authenticated,
    require,
    time_zone_of,
)
from tests.world import Cast, a_member, signed_in


def asked_by(person: Person | None, *, seconds_ago: int = 0, **headers: str) -> HttpRequest:
    """A request as it arrives at a view."""
    from django.contrib.auth.models import AnonymousUser
    from django.contrib.sessions.backends.cache import SessionStore

    request = RequestFactory().get("/savings/?page=2", headers=headers)
    request.user = person or AnonymousUser()
    request.session = signed_in(person, seconds_ago=seconds_ago).session if person else SessionStore()
    return request


def test_is_a_member_with_the_permissions_of_their_roles(cast: Cast) -> None:
    actor = actor_of(asked_by(cast.owner.person))

    assert (actor.kind, actor.member_id, actor.person_id) == ("member", cast.owner.pk, cast.owner.person_id)
    assert actor.may("communities.manage")
    assert not actor_of(asked_by(cast.member.person)).may("communities.manage")


def test_is_a_person_without_rights_where_they_never_joined(cast: Cast) -> None:
    for person in (cast.stranger, cast.outsider.person):
        actor = actor_of(asked_by(person))

        assert (actor.kind, actor.person_id, actor.member_id) == ("person", person.pk, None)
        assert actor.permissions == frozenset()


def test_is_nobody_in_particular_before_signing_in(cast: Cast) -> None:
    assert actor_of(asked_by(None)).person_id is None
    with pytest.raises(SignInNeeded):
        member_of(asked_by(None))


def test_a_stranger_is_no_member(cast: Cast) -> None:
    with pytest.raises(NotAMember):
        member_of(asked_by(cast.stranger))


def test_a_member_who_was_suspended_is_none_any_more(cast: Cast) -> None:
    cast.member.is_active = False
    cast.member.save()

    with pytest.raises(NotAMember):
        member_of(asked_by(cast.member.person))


def test_a_product_adds_its_own_role(cast: Cast) -> None:
    declare_role("test_keeper", {"test.keep"})
    keeper = a_member("Keeper", roles=["test_keeper"])

    require(actor_of(asked_by(keeper.person)), "test.keep")
    require(actor_of(asked_by(cast.owner.person)), "test.keep")  # an operator may whatever any role may
    with pytest.raises(NotAllowed):
        require(actor_of(asked_by(cast.member.person)), "test.keep")


def test_nothing_personal_is_in_the_label_that_facts_keep(cast: Cast) -> None:
    assert cast.owner.name not in actor_of(asked_by(cast.owner.person)).label


@pytest.mark.parametrize(("seconds_ago", "recent"), [(0, True), (590, True), (610, False)])
def test_a_sign_in_is_recent_for_ten_minutes(cast: Cast, seconds_ago: int, recent: bool) -> None:
    request = asked_by(cast.member.person, seconds_ago=seconds_ago)

    assert recently_authenticated(request) is recent


@needs_member
def _page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.member.pk))


@needs_member
@needs_recent_sign_in
def _money_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("money")


def test_a_page_for_members_knows_its_member(cast: Cast) -> None:
    assert _page(asked_by(cast.member.person)).content.decode() == str(cast.member.pk)


def test_a_page_for_members_sends_visitors_to_sign_in_and_back(cast: Cast) -> None:
    response = _page(asked_by(None))

    assert response.status_code == 302
    assert response["Location"] == "/account/login/?next=%2Fsavings%2F%3Fpage%3D2"


def test_a_page_for_members_sends_a_fragment_elsewhere_as_a_whole_page(cast: Cast) -> None:
    response = _page(
        asked_by(None, **{"HX-Request": "true", "HX-Current-URL": "http://testserver/c/umoja/savings/circles/"})
    )

    assert response.status_code == 204
    assert response["HX-Redirect"] == "/account/login/?next=%2Fc%2Fumoja%2Fsavings%2Fcircles%2F"


def test_a_page_never_sends_back_to_another_site(cast: Cast) -> None:
    response = _page(asked_by(None, **{"HX-Request": "true", "HX-Current-URL": "https://evil.example/steal"}))

    assert response["HX-Redirect"] == "/account/login/?next=%2F"


def test_a_page_that_moves_money_asks_again_after_a_while(cast: Cast) -> None:
    assert _money_page(asked_by(cast.member.person)).status_code == 200

    response = _money_page(asked_by(cast.member.person, seconds_ago=700))
    assert response["Location"].startswith("/account/reauthenticate/?next=")


def test_members_are_reached_by_what_they_gave(cast: Cast) -> None:
    assert phone_of(cast.member.pk) == "+254712000003"
    assert email_of(cast.member.pk) == cast.member.person.email
    assert time_zone_of(cast.member.pk) == "Africa/Nairobi"
    with entered(cast.other_community.pk):
        assert time_zone_of(cast.outsider.pk) == "Europe/London"


def test_a_card_shows_what_its_member_wants_shown(cast: Cast) -> None:
    shy = a_member("Amina Wanjiru Otieno", shows_full_name=False)

    cards = cards_of([cast.member.pk, shy.pk, cast.outsider.pk])

    assert cards[cast.member.pk].name == "Amina Hassan"
    assert (cards[shy.pk].name, cards[shy.pk].short_name, cards[shy.pk].initials) == ("Amina O.", "Amina O.", "AO")
    assert cast.outsider.pk not in cards
