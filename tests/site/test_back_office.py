"""The back office is for a community's operators and staff, and shows that community's people alone."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import reverse

from pamoja.kernel.audit.public import facts
from pamoja.kernel.communities.public import Community
from pamoja.kernel.identity.public import OPERATOR, Member
from tests.world import Cast, a_member, signed_in

HERE, ELSEWHERE = "/c/umoja/admin", "/c/harambee/admin"
LISTS = sorted(
    reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist") for model in admin.site._registry
)


def test_registers_no_table_that_knows_no_community() -> None:
    assert {model.__module__.partition(".")[0] for model in admin.site._registry} == {"pamoja"}


def test_sends_visitors_to_the_one_door(cast: Cast, client: object) -> None:
    from django.test import Client

    response = Client().get(f"{HERE}/")

    assert response["Location"] == "/c/umoja/admin/login/?next=/c/umoja/admin/"
    assert Client().get(response["Location"])["Location"].startswith("/c/umoja/account/login/?next=")


def test_refuses_members_strangers_and_operators_of_others(cast: Cast) -> None:
    elsewhere = a_member("Boss Elsewhere", community=cast.other_community, roles=[OPERATOR])

    for who in (cast.member, cast.stranger, cast.outsider, elsewhere):
        assert signed_in(who).get(f"{HERE}/", follow=True).status_code == 403
    assert signed_in(cast.owner).get(f"{ELSEWHERE}/", follow=True).status_code == 403


@pytest.mark.parametrize("address", LISTS)
def test_every_list_opens_and_searches(cast: Cast, address: str) -> None:
    browser = signed_in(cast.owner)

    assert browser.get(f"/c/umoja{address}").status_code == 200
    assert browser.get(f"/c/umoja{address}?q=a%27").status_code == 200


def test_shows_the_people_of_this_community_alone_and_no_phone_in_full(cast: Cast) -> None:
    browser = signed_in(cast.owner)

    for table in ("member", "person"):
        page = browser.get(f"{HERE}/identity/{table}/").content.decode()
        assert "Amina Hassan" in page
        assert "Grace Okoro" not in page
        assert "712000003" not in page
    assert browser.get(f"{HERE}/identity/person/{cast.outsider.person_id}/change/").status_code == 302
    assert browser.get(f"{HERE}/identity/member/{cast.outsider.pk}/change/").status_code == 302


def test_staff_look_and_change_nothing(cast: Cast) -> None:
    browser = signed_in(cast.treasurer)
    address = f"{HERE}/identity/member/{cast.member.pk}/change/"
    assert browser.get(address).status_code == 200

    assert browser.post(address, {"roles": [OPERATOR], "is_active": "on"}).status_code == 403

    cast.member.refresh_from_db()
    assert cast.member.roles == []


def test_an_operator_changes_roles_and_it_is_a_fact(cast: Cast) -> None:
    browser = signed_in(cast.owner)

    response = browser.post(f"{HERE}/identity/member/{cast.member.pk}/change/", {"roles": ["staff"], "is_active": "on"})

    assert response.status_code == 302
    assert Member.objects.get(pk=cast.member.pk).roles == ["staff"]
    fact = facts(name="identity.roles_changed").get()
    assert (fact.actor_id, fact.data["roles"], fact.data["before"]) == (cast.owner.pk, ["staff"], [])


def test_the_last_operator_cannot_resign(cast: Cast) -> None:
    response = signed_in(cast.owner).post(
        f"{HERE}/identity/member/{cast.owner.pk}/change/", {"roles": [], "is_active": "on"}, follow=True
    )

    assert "A community needs an operator" in response.content.decode()
    assert Member.objects.get(pk=cast.owner.pk).roles == [OPERATOR]


def test_an_operator_signs_a_member_out_everywhere(cast: Cast) -> None:
    from tests.kernel.identity.doors import App

    app = App()
    app.sign_in(cast.member.person.email)
    browser = signed_in(cast.owner)

    browser.post(
        f"{HERE}/identity/member/", {"action": "sign_out_everywhere", "_selected_action": [str(cast.member.pk)]}
    )

    assert app.call("GET", "/me").status_code == 401


def test_an_operator_sees_and_changes_only_their_own_community(cast: Cast) -> None:
    browser = signed_in(cast.owner)
    page = browser.get(f"{HERE}/communities/community/").content.decode()
    assert "Umoja" in page
    assert "Harambee" not in page
    form = browser.get(f"{HERE}/communities/community/{cast.community.pk}/change/").context["adminform"].form

    typed = {name: form.initial.get(name) or "" for name in form.fields} | {
        "name": "Umoja Savers",
        "brand": "{}",
        "products": '["savings"]',
        "flags": "{}",
    }
    response = browser.post(f"{HERE}/communities/community/{cast.community.pk}/change/", typed)

    assert response.status_code == 302, response.context["adminform"].errors
    assert Community.objects.get(pk=cast.community.pk).name == "Umoja Savers"
    assert facts(name="communities.settings_changed").get().actor_id == cast.owner.pk
    assert browser.get(f"{HERE}/communities/community/{cast.other_community.pk}/change/").status_code == 302


def test_facts_are_read_in_words_and_changed_by_nobody(cast: Cast) -> None:
    signed_in(cast.owner).post(
        f"{HERE}/identity/member/{cast.member.pk}/change/", {"roles": ["staff"], "is_active": "on"}
    )
    browser = signed_in(cast.owner)

    page = browser.get(f"{HERE}/audit/fact/?about=identity").content.decode()

    assert "Wanjiku K. changed the roles of Amina H. to: staff." in page
    fact = facts().first()
    assert fact is not None
    assert browser.get(f"{HERE}/audit/fact/{fact.pk}/change/").status_code == 200
    assert browser.post(f"{HERE}/audit/fact/{fact.pk}/change/", {}).status_code == 403
