"""A profile holds what its person says, sealed where it is private, shown where they want it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from PIL import Image

from pamoja.foundation.errors import Refusal
from pamoja.kernel.audit.public import facts
from pamoja.kernel.identity.actions.profiles import confirm_phone
from pamoja.kernel.identity.public import Member, Person, cards_of, payment_method_of, phone_of
from pamoja.kernel.identity.rules import pictures
from tests.kernel.identity.doors import ELSEWHERE, HERE, App
from tests.world import Cast, a_member, a_person, signed_in


def reloaded(member: Member) -> Member:
    return Member.objects.select_related("person").get(pk=member.pk)


def a_photo(kind: str = "JPEG", size: tuple[int, int] = (900, 600), mode: str = "RGB", **more: Any) -> bytes:
    made = io.BytesIO()
    Image.new(mode, size, {"RGB": (180, 90, 40)}.get(mode, 1)).save(made, kind, **more)
    return made.getvalue()


def fields_told() -> list[str]:
    return [field for fact in facts(name="identity.profile_changed") for field in fact.data["fields"]]


class TestNameLanguageAndTime:
    def test_are_changed_and_told_without_their_values(self, cast: Cast) -> None:
        signed_in(cast.member).post(
            f"{HERE}/me/", {"name": " Amina \u202eHassan-Ali ", "language": "sw", "time_zone": "Europe/London"}
        )

        member = reloaded(cast.member)
        assert (member.name, member.person.language, member.person.time_zone) == (
            "Amina Hassan-Ali",
            "sw",
            "Europe/London",
        )
        assert fields_told() == ["name, language and time zone"]
        assert "Ali" not in str(facts().get().data)

    @pytest.mark.parametrize(
        "wrong", [{"name": ""}, {"name": "..."}, {"language": "xx"}, {"time_zone": "Mars/Base"}, {"name": "x" * 81}]
    )
    def test_are_refused_when_they_cannot_be(self, cast: Cast, wrong: dict[str, str]) -> None:
        typed = {"name": "Amina", "language": "en", "time_zone": ""} | wrong

        response = signed_in(cast.member).post(f"{HERE}/me/", typed)

        assert response.status_code == 422
        assert reloaded(cast.member).name == "Amina Hassan"
        assert not facts().exists()

    def test_a_name_is_never_markup(self, cast: Cast) -> None:
        browser = signed_in(cast.member)
        browser.post(f"{HERE}/me/", {"name": "<script>alert('x')</script>", "language": "en", "time_zone": ""})

        for page in (f"{HERE}/me/", f"{HERE}/me/privacy/"):
            assert "<script>alert" not in browser.get(page).content.decode()
        for page in ("/people/", "/admin/identity/member/", "/admin/audit/fact/"):
            assert "<script>alert" not in signed_in(cast.owner).get(HERE + page).content.decode()


class TestPhone:
    def test_is_sealed_in_the_database_and_found_by_its_index(self, cast: Cast) -> None:
        signed_in(cast.member).post(f"{HERE}/me/contact/", {"phone": "0722 000 111"})

        assert phone_of(cast.member.pk) == "+254722000111"
        with connection.cursor() as cursor:
            cursor.execute("SELECT encode(phone, 'escape'), encode(phone_index, 'escape') FROM person")
            assert all("722000111" not in str(value) for row in cursor.fetchall() for value in row)

    def test_is_asked_for_only_after_a_recent_sign_in(self, cast: Cast) -> None:
        browser = signed_in(cast.member, seconds_ago=700)

        response = browser.post(f"{HERE}/me/contact/", {"phone": "0722 000 111"})

        assert response["Location"].startswith(f"{HERE}/account/reauthenticate/")
        assert phone_of(cast.member.pk) == "+254712000003"

    @pytest.mark.parametrize(
        "unreadable", ["12", "07", "not a phone", "+999999999999", "0722000111; DROP TABLE person"]
    )
    def test_is_refused_when_it_cannot_be_read(self, cast: Cast, unreadable: str) -> None:
        response = signed_in(cast.member).post(f"{HERE}/me/contact/", {"phone": unreadable})

        assert response.status_code == 422
        assert phone_of(cast.member.pk) == "+254712000003"

    def test_of_somebody_else_is_refused(self, cast: Cast) -> None:
        response = signed_in(cast.member).post(f"{HERE}/me/contact/", {"phone": "+254712000001"})

        assert response.status_code == 422
        assert "already belongs to another account" in response.content.decode()
        assert phone_of(cast.member.pk) == "+254712000003"
        assert not facts().exists()

    def test_cannot_be_fished_for(self, cast: Cast) -> None:
        browser = signed_in(cast.member)
        for number in range(5):
            browser.post(f"{HERE}/me/contact/", {"phone": f"071200010{number}"})

        assert browser.post(f"{HERE}/me/contact/", {"phone": "0712000109"}).status_code == 429

    def test_is_verified_by_a_payment_its_owner_approved_and_unverified_by_a_change(self, cast: Cast) -> None:
        assert confirm_phone(member_id=cast.member.pk, phone="+254712000003")
        assert not confirm_phone(member_id=cast.member.pk, phone="+254799999999")
        assert confirm_phone(member_id=cast.member.pk, phone="+254712000003")
        assert facts(name="identity.phone_verified").count() == 1
        assert reloaded(cast.member).person.phone_verified_at

        signed_in(cast.member).post(f"{HERE}/me/contact/", {"phone": "0722 000 111"})

        assert reloaded(cast.member).person.phone_verified_at is None

    def test_is_read_in_the_country_of_the_community(self, cast: Cast) -> None:
        signed_in(cast.outsider).post(f"{ELSEWHERE}/me/contact/", {"phone": "07400 123456"})

        assert Person.objects.get(pk=cast.outsider.person_id).phone == "+447400123456"


class TestGettingPaid:
    def test_goes_where_the_member_wants_it(self, cast: Cast) -> None:
        signed_in(cast.member).post(f"{HERE}/me/money/", {"payment_method": "mpesa"})

        assert payment_method_of(cast.member.pk) == "mpesa"

    def test_does_not_go_to_a_phone_that_is_not_there(self, cast: Cast) -> None:
        phoneless = a_member("Nophone")

        response = signed_in(phoneless).post(f"{HERE}/me/money/", {"payment_method": "mpesa"})

        assert response.status_code == 422
        assert "Add a phone number first" in response.content.decode()
        assert payment_method_of(phoneless.pk) == "wallet"

    def test_goes_to_a_bank_account_where_there_is_no_phone(self, cast: Cast) -> None:
        phoneless = a_member("Nophone")
        browser = signed_in(phoneless)
        account = {"holder": "No Phone", "bank": "Equity", "account": "0123456789", "branch": ""}
        browser.post(f"{HERE}/me/money/bank/", account)

        browser.post(f"{HERE}/me/money/", {"payment_method": "mpesa"})

        assert payment_method_of(phoneless.pk) == "mpesa"

    def test_a_bank_account_is_sealed_and_shown_masked(self, cast: Cast) -> None:
        browser = signed_in(cast.member)

        browser.post(
            f"{HERE}/me/money/bank/", {"holder": "Amina Hassan", "bank": "Equity", "account": "0123 4567 8901"}
        )

        page = browser.get(f"{HERE}/me/money/").content.decode()
        assert "Equity •••• 8901" in page
        assert "012345678901" not in page + browser.get(f"{HERE}/me/money/bank/").content.decode()
        with connection.cursor() as cursor:
            cursor.execute("SELECT encode(bank_details, 'escape') FROM person WHERE bank_details IS NOT NULL")
            assert "8901" not in cursor.fetchone()[0]
        browser.post(f"{HERE}/me/money/bank/", {"remove": "1"})
        assert reloaded(cast.member).person.bank_details is None

    @pytest.mark.parametrize("account", ["", "12", "x" * 41, "12'; --", "12<b>34"])
    def test_refuses_an_account_number_that_cannot_be(self, cast: Cast, account: str) -> None:
        typed = {"holder": "Amina", "bank": "Equity", "account": account}

        assert signed_in(cast.member).post(f"{HERE}/me/money/bank/", typed).status_code == 422
        assert reloaded(cast.member).person.bank_details is None


class TestPhoto:
    @pytest.fixture(autouse=True)
    def _media(self, settings: Any, tmp_path: Path) -> None:
        settings.MEDIA_ROOT = tmp_path

    def upload(self, browser: Client, content: bytes, name: str = "me.jpg"):
        return browser.post(f"{HERE}/me/photo/", {"photo": SimpleUploadedFile(name, content)})

    def test_is_made_anew_small_square_and_without_what_the_camera_wrote(self, cast: Cast, tmp_path: Path) -> None:
        exif = Image.Exif()
        exif[0x010F] = "SecretCamera"

        self.upload(signed_in(cast.member), a_photo(exif=exif))

        (kept,) = (tmp_path / "people").iterdir()
        assert b"SecretCamera" not in kept.read_bytes()
        with Image.open(kept) as picture:
            assert (picture.format, picture.size) == ("WEBP", (400, 400))
        assert len(kept.stem) == 32

    @pytest.mark.parametrize(
        "content",
        [b"", b"GIF89a", b"<svg onload=alert(1)>", b"\xff\xd8\xff" + b"x" * 200, a_photo("BMP"), a_photo("PNG")[:60]],
        ids=["empty", "gif", "svg", "torn jpeg", "bitmap", "torn png"],
    )
    def test_is_refused_when_it_is_none(self, cast: Cast, content: bytes, tmp_path: Path) -> None:
        response = self.upload(signed_in(cast.member), content)

        assert response.status_code == 422
        assert reloaded(cast.member).person.photo == ""
        assert not (tmp_path / "people").exists()

    def test_is_refused_when_it_is_too_big(self, cast: Cast) -> None:
        response = self.upload(signed_in(cast.member), b"x" * (pictures.BYTES_MAX + 1))

        assert "too big" in response.content.decode()

    def test_is_refused_when_it_would_unpack_to_gigabytes(self) -> None:
        # Of one bit a pixel, so that this machine need not make the gigabytes first.
        assert pictures.portrait(a_photo("PNG", (900, 900), "1"))
        with pytest.raises(Refusal):
            pictures.portrait(a_photo("PNG", (9000, 9000), "1"))

    def test_is_seen_by_members_of_the_same_community_alone(self, cast: Cast) -> None:
        self.upload(signed_in(cast.member), a_photo())
        address = cards_of([cast.member.pk])[cast.member.pk].photo_url
        assert address is not None
        path = HERE + address

        seen = signed_in(cast.owner).get(path)
        assert (seen.status_code, seen["Content-Type"]) == (200, "image/webp")
        assert seen["Cache-Control"].startswith("private")
        for browser in (Client(), signed_in(cast.stranger), signed_in(cast.outsider)):
            assert browser.get(path).status_code == 404
        assert signed_in(cast.outsider).get(ELSEWHERE + address).status_code == 404

    def test_is_hidden_by_who_wants_it_hidden(self, cast: Cast) -> None:
        self.upload(signed_in(cast.member), a_photo())
        name = reloaded(cast.member).person.photo

        signed_in(cast.member).post(f"{HERE}/me/privacy/", {"shows_full_name": "on"})

        assert cards_of([cast.member.pk])[cast.member.pk].photo_url is None
        assert signed_in(cast.owner).get(f"{HERE}/people/photos/{name}").status_code == 404

    @pytest.mark.parametrize("name", ["..%2F..%2Fsecrets.env", "%00", "x.webp", "../../secrets.env"])
    def test_no_other_file_can_be_asked_for(self, cast: Cast, name: str) -> None:
        assert signed_in(cast.member).get(f"{HERE}/people/photos/{name}").status_code in {400, 404}

    @pytest.mark.committed
    def test_an_old_one_is_gone(self, cast: Cast, tmp_path: Path) -> None:
        browser = signed_in(cast.member)
        self.upload(browser, a_photo())
        self.upload(browser, a_photo("PNG"), "other.png")
        assert len(list((tmp_path / "people").iterdir())) == 1

        browser.post(f"{HERE}/me/photo/", {"remove": "1"})

        assert not list((tmp_path / "people").iterdir())


class TestPrivacy:
    def test_others_see_what_the_member_shows(self, cast: Cast) -> None:
        other = signed_in(a_member("Other Member"))
        page = f"{HERE}/people/{cards_of([cast.member.pk])[cast.member.pk].public_id}/"
        before = other.get(page).content.decode()
        assert "Amina Hassan" in before
        assert "712" not in before
        assert cast.member.person.email not in before

        signed_in(cast.member).post(f"{HERE}/me/privacy/", {"shows_phone": "on"})

        after = other.get(page).content.decode()
        assert "Amina H." in after
        assert "Amina Hassan" not in after
        assert "+254 712 000003" in after

    def test_a_member_of_another_community_is_not_found(self, cast: Cast) -> None:
        from pamoja.foundation import ids

        page = f"{HERE}/people/{ids.public('member', cast.outsider.pk)}/"

        assert signed_in(cast.member).get(page).status_code == 404
        assert signed_in(cast.owner).get(page).status_code == 404

    def test_the_list_of_members_is_for_those_who_look_after_them(self, cast: Cast) -> None:
        assert signed_in(cast.member).get(f"{HERE}/people/").status_code == 403
        assert signed_in(cast.treasurer).get(f"{HERE}/people/?q=amina").context["page"].count == 1
        for text in ("'; DROP TABLE member;--", "%", "\\", "x" * 500, "a\0b"):
            assert signed_in(cast.treasurer).get(f"{HERE}/people/", {"q": text}).status_code in {200, 400}


class TestByApi:
    def test_what_is_not_sent_stays(self, cast: Cast) -> None:
        app = App()
        app.sign_in(cast.member.person.email)

        response = app.call("PATCH", "/me", {"time_zone": "Europe/London", "shows_phone": True})

        assert response.status_code == 200, response.content
        me = response.json()
        assert (me["name"], me["time_zone"], me["shows_phone"]) == ("Amina Hassan", "Europe/London", True)

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"phone": "12"}, 422),
            ({"phone": "+254712000001"}, 409),
            ({"time_zone": "Mars/Base"}, 422),
            ({"language": "xx"}, 422),
            ({"name": "   "}, 422),
            ({"payment_method": "gold"}, 422),
            ({"name": "a\u0000b"}, 422),
        ],
    )
    def test_refuses_what_cannot_be(self, cast: Cast, body: dict[str, str], status: int) -> None:
        app = App()
        app.sign_in(cast.member.person.email)

        assert app.call("PATCH", "/me", body).status_code == status
        assert not facts(name="identity.profile_changed").exists()

    def test_a_bank_account_is_read_back_masked(self, cast: Cast) -> None:
        app = App()
        app.sign_in(cast.member.person.email)

        body = {"holder": "Amina Hassan", "bank": "Equity", "account": "012345678901"}
        assert app.call("PUT", "/me/bank", body).json()["bank"] == {
            "holder": "Amina Hassan",
            "masked": "Equity •••• 8901",
        }
        assert app.call("DELETE", "/me/bank").status_code == 204
        assert app.call("GET", "/me").json()["bank"] is None

    def test_money_matters_need_a_recent_sign_in(self, cast: Cast) -> None:
        browser = signed_in(cast.member, seconds_ago=700)
        send = {"content_type": "application/json"}

        refused = browser.patch(f"{HERE}/api/v1/me", {"phone": "0722000111"}, **send)
        assert (refused.status_code, refused.json()["code"]) == (403, "identity.recent_sign_in_needed")
        assert browser.post(f"{HERE}/api/v1/me/confirm", {"password": "Wrong-5895"}, **send).status_code == 422
        assert browser.post(f"{HERE}/api/v1/me/confirm", {"password": "Kilimanjaro-5895"}, **send).status_code == 204

        assert browser.patch(f"{HERE}/api/v1/me", {"phone": "0722000111"}, **send).status_code == 200

    def test_roles_are_changed_by_who_may(self, cast: Cast) -> None:
        member_id = cards_of([cast.member.pk])[cast.member.pk].public_id
        owner, member = App(), App()
        owner.sign_in(cast.owner.person.email)
        member.sign_in(cast.member.person.email)

        assert member.call("PUT", f"/members/{member_id}/roles", {"roles": ["operator"]}).status_code == 403
        assert member.call("GET", "/members").status_code == 403
        assert owner.call("PUT", f"/members/{member_id}/roles", {"roles": ["emperor"]}).status_code == 422
        assert owner.call("PUT", f"/members/{member_id}/roles", {"roles": ["staff"]}).json()["roles"] == [
            "member",
            "staff",
        ]
        assert owner.call("GET", "/members?q=amina").json()["count"] == 1
        assert owner.call("POST", f"/members/{member_id}/suspend").json()["is_active"] is False
        assert member.call("GET", "/me").status_code == 403
        assert owner.call("POST", f"/members/{member_id}/restore").json()["is_active"] is True


def test_a_person_without_a_phone_and_an_index_is_refused_by_the_database(cast: Cast) -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError, match="person_phone_has_its_index"):
        a_person("Half", phone_index=b"x")
