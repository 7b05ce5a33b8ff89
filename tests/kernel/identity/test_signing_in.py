"""Signing in and out in a browser: what proves who it is, how long it lasts, and what is written down."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pamoja.kernel.audit.public import facts
from pamoja.kernel.identity.public import Member
from tests.kernel.identity.doors import ELSEWHERE, HERE, mailed_code
from tests.world import PASSWORD, Cast, signed_in

SIGN_IN, OWN_PAGE = f"{HERE}/account/login/", f"{HERE}/me/"


def try_to_sign_in(browser: Client, member: Member, password: str = PASSWORD, **more: str):
    return browser.post(SIGN_IN, {"login": member.person.email, "password": password} | more)


def is_signed_in(browser: Client) -> bool:
    return browser.get(OWN_PAGE).status_code == 200


def named(name: str) -> list[dict[str, object]]:
    return [fact.data for fact in facts(name=name)]


def test_with_the_right_password_lands_on_the_home_page(cast: Cast, client: Client) -> None:
    response = try_to_sign_in(client, cast.member)

    assert (response.status_code, response["Location"]) == (302, f"{HERE}/")
    assert is_signed_in(client)
    assert named("identity.signed_in") == [{"person_id": str(cast.member.person_id), "method": "password"}]


def test_knows_an_address_however_it_is_written(cast: Cast, client: Client) -> None:
    client.post(SIGN_IN, {"login": f"  {cast.member.person.email.upper()} ", "password": PASSWORD})

    assert is_signed_in(client)


def test_goes_on_to_where_the_person_wanted_to_be(cast: Cast, client: Client) -> None:
    assert try_to_sign_in(client, cast.member, next=f"{HERE}/me/privacy/")["Location"] == f"{HERE}/me/privacy/"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "http:///evil.example", "javascript:alert(1)"]
)
def test_never_goes_on_to_another_site(cast: Cast, client: Client, elsewhere: str) -> None:
    assert try_to_sign_in(client, cast.member, next=elsewhere)["Location"] == f"{HERE}/"


def test_says_the_same_of_a_wrong_password_and_an_unknown_address(cast: Cast) -> None:
    wrong = Client().post(SIGN_IN, {"login": cast.member.person.email, "password": "Wrong-5895"})
    unknown = Client().post(SIGN_IN, {"login": "nobody@example.org", "password": "Wrong-5895"})

    said = "The email address or the password is not right."
    assert said in wrong.content.decode()
    assert said in unknown.content.decode()
    assert (wrong.status_code, unknown.status_code) == (200, 200)


def test_a_failure_is_a_fact_without_the_address(cast: Cast, client: Client) -> None:
    try_to_sign_in(client, cast.member, "Wrong-5895")
    client.post(SIGN_IN, {"login": "nobody@example.org", "password": "Wrong-5895"})

    assert named("identity.sign_in_failed") == [
        {"person_id": None, "what": "password"},
        {"person_id": str(cast.member.person_id), "what": "password"},
    ]
    assert not any("@" in str(fact.data) + fact.actor_label for fact in facts())


def test_the_sixth_try_in_a_minute_is_refused_even_with_the_right_password(cast: Cast) -> None:
    for _ in range(5):
        assert try_to_sign_in(Client(), cast.member, "Wrong-5895").status_code == 200

    browser = Client()
    response = try_to_sign_in(browser, cast.member)

    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 60
    assert "please wait" in response.content.decode()
    assert not is_signed_in(browser)
    assert try_to_sign_in(Client(), cast.owner).status_code == 302  # others are not locked out


def test_gets_a_new_session_so_that_none_can_be_planted(cast: Cast, client: Client) -> None:
    client.get(SIGN_IN)
    session = client.session
    session["planted"] = "x"
    session.save()
    before = session.session_key

    client.cookies["pamoja_session"] = before
    try_to_sign_in(client, cast.member)

    assert client.cookies["pamoja_session"].value != before
    planted = Client()
    planted.cookies["pamoja_session"] = before
    assert not is_signed_in(planted)


def test_a_form_from_another_site_is_refused(cast: Cast) -> None:
    browser = Client(enforce_csrf_checks=True)

    response = try_to_sign_in(browser, cast.member)

    assert response.status_code == 403
    assert "did not accept the form" in response.content.decode()
    assert not is_signed_in(browser)


def test_the_cookie_is_kept_from_scripts_and_other_sites(cast: Cast, client: Client) -> None:
    try_to_sign_in(client, cast.member)

    cookie = client.cookies["pamoja_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_after_half_an_hour_away_asks_again_and_says_why(cast: Cast) -> None:
    browser = signed_in(cast.member)
    assert is_signed_in(browser)
    session = browser.session
    session["seen_at"] = time.time() - 1801
    session.save()

    response = browser.get(OWN_PAGE, follow=True)

    assert "away for half an hour" in response.content.decode()
    assert not is_signed_in(browser)
    assert named("identity.signed_out") == [{"person_id": str(cast.member.person_id), "reason": "after half an hour"}]


def test_somebody_who_is_active_stays_signed_in(cast: Cast) -> None:
    browser = signed_in(cast.member)
    is_signed_in(browser)
    session = browser.session
    session["seen_at"] = time.time() - 1700
    session.save()

    assert is_signed_in(browser)
    assert time.time() - browser.session["seen_at"] < 5


def test_being_seen_is_not_written_with_every_request(cast: Cast) -> None:
    browser = signed_in(cast.member)
    is_signed_in(browser)

    with CaptureQueriesContext(connection) as queries:
        is_signed_in(browser)

    assert not [query for query in queries if query["sql"].startswith(("UPDATE", "INSERT"))]


def test_signing_out_ends_the_session_for_good(cast: Cast, client: Client) -> None:
    try_to_sign_in(client, cast.member)
    key = client.cookies["pamoja_session"].value

    response = client.post(f"{HERE}/account/logout/")

    assert response["Location"] == f"{HERE}/"
    thief = Client()
    thief.cookies["pamoja_session"] = key
    assert not is_signed_in(thief)
    assert named("identity.signed_out") == [{"person_id": str(cast.member.person_id), "reason": "by hand"}]


def test_a_session_counts_in_every_community_but_membership_does_not(cast: Cast) -> None:
    browser = signed_in(cast.member)

    assert browser.get(f"{ELSEWHERE}/me/")["Location"].startswith(f"{ELSEWHERE}/join/")


def test_without_a_community_there_is_nowhere_to_sign_in(cast: Cast, client: Client) -> None:
    assert client.get("/account/login/")["Location"] == "/"


def test_a_closed_account_cannot_sign_in(cast: Cast, client: Client) -> None:
    cast.member.person.is_active = False
    cast.member.person.save()

    try_to_sign_in(client, cast.member)

    assert not is_signed_in(client)


class TestWithASecondFactor:
    """Signing in with an authenticator app."""

    @pytest.fixture
    def secret(self, cast: Cast) -> str:
        secret = totp.generate_totp_secret()
        totp.TOTP.activate(cast.member.person, secret)
        RecoveryCodes.activate(cast.member.person)
        return secret

    def code(self, secret: str) -> str:
        return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))

    def test_the_password_alone_opens_nothing(self, cast: Cast, client: Client, secret: str) -> None:
        response = try_to_sign_in(client, cast.member)

        assert response["Location"] == f"{HERE}/account/2fa/authenticate/"
        assert not is_signed_in(client)

    def test_the_code_opens(self, cast: Cast, client: Client, secret: str) -> None:
        try_to_sign_in(client, cast.member)
        client.post(f"{HERE}/account/2fa/authenticate/", {"code": self.code(secret)})

        assert is_signed_in(client)
        assert named("identity.signed_in")[0]["method"] == "password and second factor"

    def test_a_code_works_once(self, cast: Cast, client: Client, secret: str) -> None:
        code = self.code(secret)
        for browser in (client, Client()):
            try_to_sign_in(browser, cast.member)
            browser.post(f"{HERE}/account/2fa/authenticate/", {"code": code})
            last = browser

        assert not is_signed_in(last)
        assert named("identity.sign_in_failed")[0]["what"] == "second factor"

    def test_a_recovery_code_works_once(self, cast: Cast, client: Client, secret: str) -> None:
        recovery = Authenticator.objects.get(user=cast.member.person, type="recovery_codes")
        code = recovery.wrap().generate_codes()[0]

        for browser, opens in ((client, True), (Client(), False)):
            try_to_sign_in(browser, cast.member)
            browser.post(f"{HERE}/account/2fa/authenticate/", {"code": code})
            assert is_signed_in(browser) is opens

    def test_guessing_codes_is_limited(self, cast: Cast, client: Client, secret: str) -> None:
        try_to_sign_in(client, cast.member)
        for _ in range(5):
            client.post(f"{HERE}/account/2fa/authenticate/", {"code": "000000"})

        client.post(f"{HERE}/account/2fa/authenticate/", {"code": self.code(secret)})

        assert not is_signed_in(client)

    def test_secrets_are_sealed_in_the_database(self, cast: Cast, secret: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT data::text FROM mfa_authenticator")
            assert all(secret not in row[0] for row in cursor.fetchall())


@pytest.mark.committed
def test_setting_up_an_authenticator_app_asks_again_and_is_a_fact(cast: Cast) -> None:
    browser = signed_in(cast.member, seconds_ago=700)
    activate = f"{HERE}/account/2fa/totp/activate/"
    assert browser.get(activate)["Location"].startswith(f"{HERE}/account/reauthenticate/")
    browser.post(f"{HERE}/account/reauthenticate/", {"password": PASSWORD})

    secret = browser.get(activate).context["form"].secret
    code = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
    browser.post(activate, {"code": code})

    assert [each["factor"] for each in named("identity.factor_added")] == ["recovery codes", "authenticator app"]
    assert named("identity.sign_in_confirmed")[0]["method"] == "password"
    assert "An authenticator app was added" in [each.subject for each in mail.outbox]


class TestForgotten:
    """A forgotten password is reset with a mailed code."""

    RESET = f"{HERE}/account/password/reset/"

    def test_with_the_code_a_new_password_is_chosen(self, cast: Cast, client: Client) -> None:
        elsewhere = signed_in(cast.member)
        response = client.post(self.RESET, {"email": cast.member.person.email})
        confirm = response["Location"]
        response = client.post(confirm, {"code": mailed_code()})
        client.post(response["Location"], {"password1": "Meru-Forest-77", "password2": "Meru-Forest-77"})

        assert named("identity.password_reset") == [{"person_id": str(cast.member.person_id)}]
        assert try_to_sign_in(Client(), cast.member, "Meru-Forest-77").status_code == 302
        assert try_to_sign_in(Client(), cast.member, PASSWORD).status_code == 200
        assert not is_signed_in(elsewhere)  # whoever had the old password is out

    def test_an_unknown_address_gets_the_same_answer(self, cast: Cast) -> None:
        known = Client().post(self.RESET, {"email": cast.member.person.email})
        unknown = Client().post(self.RESET, {"email": "nobody@example.org"})

        assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
        assert "no account" in mail.outbox[-1].body
        assert not re.search(r"\d{6}", mail.outbox[-1].body)

    def test_mailboxes_are_not_flooded(self, cast: Cast) -> None:
        for _ in range(5):
            assert Client().post(self.RESET, {"email": cast.member.person.email}).status_code == 302

        response = Client().post(self.RESET, {"email": cast.member.person.email})

        assert response.status_code == 429
        assert response["Retry-After"]
        assert len(mail.outbox) == 5

    def test_a_wrong_code_changes_nothing(self, cast: Cast, client: Client) -> None:
        confirm = client.post(self.RESET, {"email": cast.member.person.email})["Location"]

        client.post(confirm, {"code": "abcdef"})
        client.post(
            f"{HERE}/account/password/reset/complete/", {"password1": "Meru-Forest-77", "password2": "Meru-Forest-77"}
        )

        assert try_to_sign_in(Client(), cast.member).status_code == 302
        assert named("identity.password_reset") == []


def test_changing_the_password_signs_out_everywhere_else(cast: Cast) -> None:
    browser, other = signed_in(cast.member), signed_in(cast.member)

    browser.post(
        f"{HERE}/account/password/change/",
        {"oldpassword": PASSWORD, "password1": "Meru-Forest-77", "password2": "Meru-Forest-77"},
    )

    assert is_signed_in(browser)
    assert not is_signed_in(other)
    assert named("identity.password_changed") == [{"person_id": str(cast.member.person_id)}]
    assert mail.outbox[-1].subject == "Your password was changed"


def test_times_are_told_in_the_persons_zone_and_language(cast: Cast) -> None:
    person = cast.member.person
    person.time_zone, person.language = "America/New_York", "sw"
    person.save()
    cast.member.joined_at = datetime(2026, 4, 1, 2, 0, tzinfo=UTC)  # in New York it is still March
    cast.member.save()

    response = signed_in(cast.member).get(f"{HERE}/me/privacy/")

    assert "Machi 2026" in response.content.decode()
