"""Registering makes a person and a member, once the mailed code has come back."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from pamoja.kernel.audit.public import facts
from pamoja.kernel.communities.public import Community
from pamoja.kernel.identity.public import Member, Person
from tests.kernel.identity.doors import HERE, NEWCOMER, mailed_code
from tests.world import PASSWORD, Cast, a_member, signed_in

SIGN_UP, CONFIRM = f"{HERE}/account/signup/", f"{HERE}/account/confirm-email/"


def test_makes_a_member_of_the_community_it_happens_in(community: Community, client: Client) -> None:
    response = client.post(SIGN_UP, NEWCOMER)

    assert response.status_code == 302, response.context["form"].errors
    assert response["Location"] == CONFIRM
    person = Person.objects.get(email="zawadi@example.org")
    assert (person.name, person.phone) == ("Zawadi Njeri", "+254712345678")
    assert person.terms_version
    assert person.check_password(PASSWORD)
    member = Member.objects.get(person=person)
    assert (member.community_id, member.roles, member.name) == (community.pk, [], "Zawadi Njeri")
    assert [fact.name for fact in facts()] == ["identity.member_joined", "identity.registered"]


def test_signs_in_with_the_mailed_code(community: Community, client: Client) -> None:
    client.post(SIGN_UP, NEWCOMER)
    assert mail.outbox[-1].to == ["zawadi@example.org"]
    assert "Umoja" in mail.outbox[-1].subject

    response = client.post(CONFIRM, {"code": mailed_code()})

    assert response["Location"] == f"{HERE}/"
    assert client.get(f"{HERE}/me/").status_code == 200
    assert {"identity.email_verified", "identity.signed_in"} <= {fact.name for fact in facts()}


def test_refuses_a_wrong_code_and_gives_up_after_three(community: Community, client: Client) -> None:
    client.post(SIGN_UP, NEWCOMER)
    wrong = "000000" if mailed_code() != "000000" else "111111"

    assert client.post(CONFIRM, {"code": wrong}).status_code == 200
    client.post(CONFIRM, {"code": wrong})
    assert client.post(CONFIRM, {"code": wrong})["Location"] == f"{HERE}/account/login/"

    assert client.post(CONFIRM, {"code": mailed_code()}).status_code == 302
    assert client.get(f"{HERE}/me/").status_code == 302


def test_does_not_sign_in_before_the_address_is_verified(community: Community, client: Client) -> None:
    client.post(SIGN_UP, NEWCOMER)

    other = Client()
    response = other.post(f"{HERE}/account/login/", {"login": NEWCOMER["email"], "password": PASSWORD})

    # Ten seconds have not passed since the first code, so no second is sent.
    assert "wait a minute" in response.content.decode()
    assert other.get(f"{HERE}/me/").status_code == 302
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "This field is required."),
        ("name", "123 456", "A name has letters in it."),
        ("name", "x" * 81, "Ensure this value has at most 80 characters"),
        ("email", "no-address", "Enter a valid email address."),
        ("phone", "12345", "This is not a phone number we can read."),
        ("phone", "", "This field is required."),
        ("password1", "short1A", "This password is too short."),
        ("password1", "lowercase-5895", "A password needs a capital letter."),
        ("password1", "UPPERCASE-5895", "A password needs a small letter."),
        ("password1", "Kilimanjaro-no", "A password needs a digit."),
        ("password1", "Password123", "This password is too common."),
        ("password1", "Zawadi@example1", "The password is too similar to the email"),
        ("password1", "Aa1" + "x" * 140, "At most 128 characters"),
        ("password2", "Kilimanjaro-1", "You must type the same password each time."),
        ("terms", "", "This field is required."),
    ],
)
def test_refuses_what_cannot_be(community: Community, client: Client, field: str, value: str, said: str) -> None:
    typed = NEWCOMER | {field: value}
    if field == "password1":
        typed["password2"] = value

    response = client.post(SIGN_UP, {key: text for key, text in typed.items() if text})

    assert said in str(response.context["form"].errors), response.context["form"].errors
    assert not Person.objects.exists()
    assert not facts().exists()
    assert not mail.outbox


def test_keeps_what_was_typed_except_the_password(community: Community, client: Client) -> None:
    page = client.post(SIGN_UP, NEWCOMER | {"phone": "12"}).content.decode()

    assert 'value="Zawadi Njeri"' in page
    assert 'value="zawadi@example.org"' in page
    assert PASSWORD not in page


@pytest.mark.parametrize("taken", ["email", "phone"])
def test_does_not_tell_that_an_address_or_a_number_is_taken(cast: Cast, client: Client, taken: str) -> None:
    fresh = Client().post(SIGN_UP, NEWCOMER)
    known = {"email": cast.member.person.email.upper(), "phone": "+254712000003"}
    before = Person.objects.count()

    response = client.post(
        SIGN_UP, NEWCOMER | {"email": "other@example.org", "phone": "0799111222"} | {taken: known[taken]}
    )

    assert (response.status_code, response["Location"]) == (fresh.status_code, fresh["Location"])
    assert Person.objects.count() == before
    page = client.get(CONFIRM)
    assert page.status_code == 200
    # No code was made, so none can be guessed; only the mail says why.
    assert "already" in mail.outbox[-1].body
    assert mail.outbox[-1].to == [
        (NEWCOMER | {"email": known["email"].lower() if taken == "email" else "other@example.org"})["email"]
    ]


def test_a_name_cannot_carry_hidden_marks(community: Community, client: Client) -> None:
    client.post(SIGN_UP, NEWCOMER | {"name": "Zawadi\u202e  Njeri\u200b"})

    assert Member.objects.get().name == "Zawadi Njeri"


def test_somebody_known_elsewhere_joins_with_one_click(cast: Cast) -> None:
    browser = signed_in(cast.stranger)
    assert browser.get(f"{HERE}/me/")["Location"] == f"{HERE}/join/?next=%2Fc%2Fumoja%2Fme%2F"

    response = browser.post(f"{HERE}/join/", {"next": f"{HERE}/me/"})

    assert response["Location"] == f"{HERE}/me/"
    assert Member.objects.get(person=cast.stranger).name == "Njoroge Mwangi"
    assert facts(name="identity.member_joined").count() == 1
    browser.post(f"{HERE}/join/")
    assert Member.objects.filter(person=cast.stranger).count() == 1


def test_somebody_suspended_cannot_join_again(cast: Cast) -> None:
    gone = a_member("Gone", is_active=False)
    browser = signed_in(gone)

    assert "suspended" in browser.get(f"{HERE}/join/").content.decode()
    response = browser.post(f"{HERE}/join/")

    assert response.status_code == 403
    gone.refresh_from_db()
    assert not gone.is_active


def test_joining_sends_nobody_to_another_site(cast: Cast) -> None:
    response = signed_in(cast.stranger).post(f"{HERE}/join/", {"next": "https://evil.example/"})

    assert response["Location"] == f"{HERE}/"
