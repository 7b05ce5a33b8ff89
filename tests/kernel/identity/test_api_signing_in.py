"""Signing in over the API: tokens that are short, used once and revoked for good."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
from allauth.headless.tokens.strategies.jwt import internal as tokens
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.db import connections

from pamoja.kernel.audit.public import facts
from pamoja.kernel.communities.public import Community
from pamoja.kernel.identity.public import Member, Person
from tests.kernel.identity.doors import ELSEWHERE, REGISTRATION, App, mailed_code
from tests.world import PASSWORD, Cast, a_member, a_person, signed_in


def problem(response: Any) -> tuple[int, str]:
    """Status and code of a problem document."""
    assert response["Content-Type"] == "application/problem+json", response.content
    document = response.json()
    assert document["status"] == response.status_code
    assert document["detail"]
    return response.status_code, document["code"]


def signed_in_app(member: Member) -> App:
    app = App()
    app.sign_in(member.person.email)
    return app


class TestRegistering:
    def test_verifies_the_address_and_signs_in(self, community: Community) -> None:
        app = App()
        response = app.call("POST", "/auth/register", REGISTRATION)
        assert response.status_code == 202, response.content

        verified = app.call("POST", "/auth/verify-email", {"flow": response.json()["flow"], "code": mailed_code()})

        assert verified.status_code == 200, verified.content
        app.access_token = verified.json()["access_token"]
        me = app.call("GET", "/me").json()
        assert (me["name"], me["phone"], me["verification"]["email"]) == ("Zawadi Njeri", "+254712345678", True)
        assert me["roles"] == ["member"]
        assert not app.client.cookies

    def test_names_each_field_that_is_at_fault(self, community: Community) -> None:
        response = App().call(
            "POST", "/auth/register", REGISTRATION | {"phone": "1", "password": "weak", "accept_terms": False}
        )

        assert problem(response) == (422, "invalid")
        assert {each["field"] for each in response.json()["errors"]} == {"phone", "password", "accept_terms"}
        assert not Person.objects.exists()

    @pytest.mark.parametrize("missing", sorted(REGISTRATION))
    def test_needs_every_field(self, community: Community, missing: str) -> None:
        body = {key: value for key, value in REGISTRATION.items() if key != missing}

        assert problem(App().call("POST", "/auth/register", body)) == (422, "invalid")

    def test_does_not_tell_that_an_address_is_taken(self, cast: Cast) -> None:
        fresh = App().call("POST", "/auth/register", REGISTRATION)
        taken = App().call(
            "POST", "/auth/register", REGISTRATION | {"email": cast.member.person.email, "phone": "0799123456"}
        )

        assert (fresh.status_code, fresh.json().keys()) == (taken.status_code, taken.json().keys())
        for code in ("", "000000", "None"):
            response = App().call("POST", "/auth/verify-email", {"flow": taken.json()["flow"], "code": code or "0"})
            assert response.status_code in (401, 422)

    def test_the_sixth_in_a_minute_waits(self, community: Community) -> None:
        for number in range(5):
            body = REGISTRATION | {"email": f"n{number}@example.org", "phone": f"07121110{number:02}"}
            assert App().call("POST", "/auth/register", body).status_code == 202

        response = App().call("POST", "/auth/register", REGISTRATION)

        assert problem(response) == (429, "identity.too_many_tries")
        assert 0 < int(response["Retry-After"]) <= 60
        assert not Person.objects.filter(email=REGISTRATION["email"]).exists()

    def test_a_new_code_replaces_the_old_one_and_not_at_once(self, community: Community) -> None:
        flow = App().call("POST", "/auth/register", REGISTRATION).json()["flow"]

        assert problem(App().call("POST", "/auth/resend-code", {"flow": flow})) == (429, "identity.too_many_tries")
        assert len(mail.outbox) == 1


class TestSigningIn:
    def test_gives_tokens_for_five_minutes(self, cast: Cast) -> None:
        app = App()
        given = app.sign_in(cast.member.person.email)

        claims = jwt.decode(given["access_token"], options={"verify_signature": False})
        assert jwt.get_unverified_header(given["access_token"])["alg"] == "RS256"
        assert claims["exp"] - claims["iat"] == given["expires_in_s"] == 300
        assert app.call("GET", "/me").json()["id"].startswith("member_")
        assert facts(name="identity.signed_in").count() == 1
        assert not app.client.cookies  # an app has no use for cookies

    def test_says_the_same_of_a_wrong_password_and_an_unknown_address(self, cast: Cast) -> None:
        wrong = App().call("POST", "/auth/login", {"email": cast.member.person.email, "password": "Wrong-5895"})
        unknown = App().call("POST", "/auth/login", {"email": "nobody@example.org", "password": "Wrong-5895"})

        assert problem(wrong) == problem(unknown) == (401, "identity.wrong_credentials")
        assert wrong.json()["detail"] == unknown.json()["detail"]

    def test_the_sixth_try_in_a_minute_waits(self, cast: Cast) -> None:
        for _ in range(5):
            App().call("POST", "/auth/login", {"email": cast.member.person.email, "password": "Wrong-5895"})

        response = App().call("POST", "/auth/login", {"email": cast.member.person.email, "password": PASSWORD})

        assert problem(response) == (429, "identity.too_many_tries")
        assert response["Retry-After"]

    def test_goes_on_with_the_code_where_the_address_is_not_verified(self, community: Community) -> None:
        newcomer = a_member("Zawadi", verified=False)
        response = App().call("POST", "/auth/login", {"email": newcomer.person.email, "password": PASSWORD})
        assert problem(response) == (403, "identity.email_unverified")

        body = {"flow": response.json()["flow"], "code": mailed_code()}
        assert App().call("POST", "/auth/verify-email", body).status_code == 200

    def test_a_closed_account_is_like_a_wrong_password(self, community: Community) -> None:
        closed = a_member("Closed", is_active=True, person=a_person("Closed", is_active=False))

        response = App().call("POST", "/auth/login", {"email": closed.person.email, "password": PASSWORD})

        assert problem(response) == (401, "identity.wrong_credentials")

    @pytest.mark.parametrize(
        "body", [{}, {"email": "a@b.org"}, {"email": 5, "password": []}, {"email": "a\u0000b", "password": "x"}, []]
    )
    def test_refuses_what_it_cannot_read(self, community: Community, body: Any) -> None:
        assert problem(App().call("POST", "/auth/login", body)) == (422, "invalid")


class TestSecondFactor:
    @pytest.fixture
    def secret(self, cast: Cast) -> str:
        secret = totp.generate_totp_secret()
        totp.TOTP.activate(cast.member.person, secret)
        return secret

    def code(self, secret: str) -> str:
        return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))

    def test_is_asked_for_and_then_opens(self, cast: Cast, secret: str) -> None:
        body = {"email": cast.member.person.email, "password": PASSWORD}
        first = App().call("POST", "/auth/login", body)
        assert problem(first) == (401, "identity.second_factor_needed")

        second = App().call("POST", "/auth/second-factor", {"flow": first.json()["flow"], "code": self.code(secret)})

        assert second.status_code == 200
        assert second.json()["access_token"]

    def test_can_come_along_with_the_password(self, cast: Cast, secret: str) -> None:
        body = {"email": cast.member.person.email, "password": PASSWORD, "code": self.code(secret)}

        assert App().call("POST", "/auth/login", body).status_code == 200

    def test_wrong_codes_are_few(self, cast: Cast, secret: str) -> None:
        body = {"email": cast.member.person.email, "password": PASSWORD}
        flow = App().call("POST", "/auth/login", body).json()["flow"]
        for _ in range(5):
            assert problem(App().call("POST", "/auth/second-factor", {"flow": flow, "code": "000000"}))[0] == 422

        response = App().call("POST", "/auth/second-factor", {"flow": flow, "code": self.code(secret)})

        assert problem(response)[0] == 429

    def test_a_flow_is_no_token(self, cast: Cast, secret: str) -> None:
        body = {"email": cast.member.person.email, "password": PASSWORD}
        flow = App().call("POST", "/auth/login", body).json()["flow"]

        assert problem(App(access_token=flow).call("GET", "/me")) == (401, "unauthenticated")


class TestTokens:
    def test_a_refresh_gives_new_ones(self, cast: Cast) -> None:
        app = App()
        first = app.sign_in(cast.member.person.email)

        second = app.call("POST", "/auth/refresh", {"refresh_token": first["refresh_token"]}).json()

        assert second["refresh_token"] != first["refresh_token"]
        app.access_token = second["access_token"]
        assert app.call("GET", "/me").status_code == 200

    def test_a_used_refresh_token_ends_the_family(self, cast: Cast) -> None:
        app = App()
        stolen = app.sign_in(cast.member.person.email)["refresh_token"]
        fresh = app.call("POST", "/auth/refresh", {"refresh_token": stolen}).json()

        assert problem(App().call("POST", "/auth/refresh", {"refresh_token": stolen})) == (401, "identity.token_spent")

        assert problem(App().call("POST", "/auth/refresh", {"refresh_token": fresh["refresh_token"]}))[0] == 401
        assert problem(App(access_token=fresh["access_token"]).call("GET", "/me"))[0] == 401
        assert facts(name="identity.used_token_seen").count() == 1

    @pytest.mark.committed
    def test_of_two_who_come_at_once_with_one_refresh_token_the_second_ends_the_family(self, cast: Cast) -> None:
        given = App().sign_in(cast.member.person.email)

        def refresh(_: int) -> int:
            try:
                body = {"refresh_token": given["refresh_token"]}
                return int(App().call("POST", "/auth/refresh", body).status_code)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as threads:
            outcomes = sorted(threads.map(refresh, range(2)))

        assert outcomes == [200, 401]
        assert App(access_token=given["access_token"]).call("GET", "/me").status_code == 401

    def test_signing_out_ends_both_tokens_at_once(self, cast: Cast) -> None:
        app = App()
        given = app.sign_in(cast.member.person.email)

        assert app.call("POST", "/auth/logout").status_code == 204

        assert problem(app.call("GET", "/me")) == (401, "unauthenticated")
        assert problem(App().call("POST", "/auth/refresh", {"refresh_token": given["refresh_token"]}))[0] == 401

    def test_an_access_token_is_none_to_refresh_with_and_the_other_way_round(self, cast: Cast) -> None:
        given = App().sign_in(cast.member.person.email)

        assert problem(App().call("POST", "/auth/refresh", {"refresh_token": given["access_token"]}))[0] == 401
        assert problem(App(access_token=given["refresh_token"]).call("GET", "/me"))[0] == 401

    @pytest.mark.parametrize(
        "forged",
        [
            lambda claims: jwt.encode(claims, "", algorithm="none"),
            lambda claims: jwt.encode(claims, "guessed-secret-of-thirty-two-bytes!!", algorithm="HS256"),
        ],
        ids=["unsigned", "signed with another key"],
    )
    def test_a_forged_token_opens_nothing(self, cast: Cast, forged: Any) -> None:
        given = App().sign_in(cast.member.person.email)
        claims = jwt.decode(given["access_token"], options={"verify_signature": False})

        assert problem(App(access_token=forged(claims)).call("GET", "/me")) == (401, "unauthenticated")

    def test_an_old_token_opens_nothing(self, cast: Cast) -> None:
        given = App().sign_in(cast.member.person.email)
        claims = jwt.decode(given["access_token"], options={"verify_signature": False})
        old, _ = tokens.create_token("access", sub=claims["sub"], sid=claims["sid"], expires_in=-1)

        assert problem(App(access_token=old).call("GET", "/me")) == (401, "unauthenticated")

    @pytest.mark.parametrize("nonsense", ["x", "a.b.c", "é", "Bearer", "x" * 5000])
    def test_nonsense_opens_nothing(self, cast: Cast, nonsense: str) -> None:
        assert problem(App().call("POST", "/auth/refresh", {"refresh_token": nonsense}))[0] in (401, 422)
        assert problem(App(access_token=nonsense.encode().decode("latin-1")).call("GET", "/me"))[0] == 401

    def test_a_new_password_ends_all_others(self, cast: Cast) -> None:
        one, other = signed_in_app(cast.member), signed_in_app(cast.member)

        body = {"current_password": PASSWORD, "password": "Meru-Forest-77", "password_confirmation": "Meru-Forest-77"}
        response = one.call("POST", "/me/password", body)

        assert response.status_code == 200, response.content
        assert problem(one.call("GET", "/me"))[0] == 401
        assert App(access_token=response.json()["access_token"]).call("GET", "/me").status_code == 200
        assert problem(other.call("GET", "/me"))[0] == 401


class TestForgotten:
    def test_the_mailed_code_sets_a_new_password(self, cast: Cast) -> None:
        app = signed_in_app(cast.member)
        flow = App().call("POST", "/auth/reset-password", {"email": cast.member.person.email}).json()["flow"]
        body = {
            "flow": flow,
            "code": mailed_code(),
            "password": "Meru-Forest-77",
            "password_confirmation": "Meru-Forest-77",
        }

        assert App().call("POST", "/auth/reset-password/confirm", body).status_code == 204

        App().sign_in(cast.member.person.email, "Meru-Forest-77")
        assert problem(app.call("GET", "/me"))[0] == 401
        assert App().call("POST", "/auth/reset-password/confirm", body).status_code == 401

    def test_a_weak_password_changes_nothing(self, cast: Cast) -> None:
        flow = App().call("POST", "/auth/reset-password", {"email": cast.member.person.email}).json()["flow"]
        body = {"flow": flow, "code": mailed_code(), "password": "weak", "password_confirmation": "weak"}

        assert problem(App().call("POST", "/auth/reset-password/confirm", body)) == (422, "invalid")
        App().sign_in(cast.member.person.email)

    def test_an_unknown_address_gets_the_same_answer(self, cast: Cast) -> None:
        response = App().call("POST", "/auth/reset-password", {"email": "nobody@example.org"})

        assert response.status_code == 202
        assert response.json()["flow"]
        body = {
            "flow": response.json()["flow"],
            "code": "000000",
            "password": PASSWORD,
            "password_confirmation": PASSWORD,
        }
        assert problem(App().call("POST", "/auth/reset-password/confirm", body)) == (422, "identity.wrong_code")

    def test_mailboxes_are_not_flooded(self, cast: Cast) -> None:
        for _ in range(5):
            App().call("POST", "/auth/reset-password", {"email": cast.member.person.email})

        assert problem(App().call("POST", "/auth/reset-password", {"email": cast.member.person.email}))[0] == 429


class TestWhoIsAdmitted:
    def test_nobody_without_a_token(self, community: Community) -> None:
        response = App().call("GET", "/me")

        assert problem(response) == (401, "unauthenticated")
        assert response["WWW-Authenticate"] == "Bearer"

    def test_a_person_who_has_not_joined_is_told_so(self, cast: Cast) -> None:
        app = App()
        app.sign_in(cast.stranger.email)

        assert problem(app.call("GET", "/me")) == (403, "identity.not_a_member")
        assert app.call("POST", "/auth/join").status_code == 204
        assert app.call("GET", "/me").status_code == 200

    def test_a_token_does_not_open_another_community(self, cast: Cast) -> None:
        given = App().sign_in(cast.member.person.email)

        assert problem(App(ELSEWHERE, given["access_token"]).call("GET", "/me")) == (403, "identity.not_a_member")

    def test_a_browser_may_use_its_session_and_must_prove_its_page(self, cast: Cast) -> None:
        browser = signed_in(cast.member, enforce_csrf_checks=True)

        assert browser.get("/c/umoja/api/v1/me").status_code == 200
        refused = browser.patch("/c/umoja/api/v1/me", {"name": "Eve"}, content_type="application/json")
        assert problem(refused) == (403, "identity.from_elsewhere")
        assert Member.objects.get(pk=cast.member.pk).name == "Amina Hassan"

    def test_a_cookie_does_not_speak_for_a_bad_token(self, cast: Cast) -> None:
        browser = signed_in(cast.member)

        assert browser.get("/c/umoja/api/v1/me", headers={"Authorization": "Bearer nonsense"}).status_code == 401
