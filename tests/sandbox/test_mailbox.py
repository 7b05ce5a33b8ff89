"""The mailbox of the outside world"""

from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.sandbox.conftest import Outside


def letter(to: str = "amina@example.org", subject: str = "Your code", text: str = "Code 123456") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Umoja <no-reply@umoja.example>", to, subject
    message.set_content(text)
    message.add_alternative(f"<p>{text}</p><script>alert(1)</script>", subtype="html")
    return message.as_bytes()


def take(outside: Outside, source: bytes, *to: str) -> int:
    mailbox = outside.app.state.world.mailbox
    return int(outside.client.call(mailbox.take, "no-reply@umoja.example", list(to or ("amina@example.org",)), source))


def test_shows_the_newest_letter_first_with_text_and_links(outside: Outside) -> None:
    take(outside, letter(subject="First"))
    take(outside, letter(subject="Second", text="Confirm at http://127.0.0.1:8000/c/umoja/confirm?key=abc."))

    mail = outside.client.get("/api/mail").json()["mail"]

    assert [one["subject"] for one in mail] == ["Second", "First"]
    assert mail[0]["text"].startswith("Confirm at ")
    assert mail[0]["links"] == ["http://127.0.0.1:8000/c/umoja/confirm?key=abc"]
    assert mail[0]["from"] == "Umoja <no-reply@umoja.example>"


def test_finds_letters_by_recipient_whatever_the_case(outside: Outside) -> None:
    take(outside, letter(), "Amina@Example.org")
    take(outside, letter(), "brian@example.org", "carol@example.org")

    def found(to: str) -> int:
        return len(outside.client.get("/api/mail", params={"to": to}).json()["mail"])

    assert (found("amina@example.ORG"), found("carol@"), found("example.org"), found("dan@")) == (1, 1, 2, 0)


def test_finds_letters_by_word_and_moment(outside: Outside) -> None:
    take(outside, letter(subject="Welcome"))
    outside.advance(3600)
    since = outside.client.get("/clock").json()["now"]
    take(outside, letter(subject="Payment received"))

    def found(**query: str) -> list[str]:
        return [one["subject"] for one in outside.client.get("/api/mail", params=query).json()["mail"]]

    assert found(q="WELCOME") == ["Welcome"]
    assert found(since=since) == ["Payment received"]


def test_throws_letters_away(outside: Outside) -> None:
    number = take(outside, letter())
    take(outside, letter())

    assert outside.client.delete(f"/api/mail/{number}").json() == {"deleted": 1}
    assert outside.client.get(f"/api/mail/{number}").status_code == 404
    assert outside.client.delete("/api/mail").json() == {"deleted": 1}


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"no headers at all",
        b"Subject: =?utf-8?q?broken\nContent-Type: text/plain; charset=klingon\n\nhi",
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/html\n\n<b>hi",
        b"From: <<>>,,@\nTo: (\nSubject: \xff\xfe\n\n\xff\xfe\x00",
        b"Content-Transfer-Encoding: base64\n\n!!!not base64",
    ],
)
def test_takes_any_letter_however_broken(outside: Outside, source: bytes) -> None:
    number = take(outside, source)

    assert outside.client.get(f"/api/mail/{number}").status_code == 200


@pytest.mark.parametrize("query", [{"since": "yesterday"}, {"limit": "0"}, {"limit": "many"}, {"before": "-1"}])
def test_refuses_a_bad_question(outside: Outside, query: dict[str, str]) -> None:
    assert outside.client.get("/api/mail", params=query).status_code == 400


def test_makes_text_of_a_letter_that_is_only_html(outside: Outside) -> None:
    number = take(outside, b"Content-Type: text/html\n\n<style>p{}</style><p>Pay &amp; smile</p>")

    assert outside.client.get(f"/api/mail/{number}").json()["text"] == "Pay & smile"


def test_keeps_its_letters_over_a_restart(outside: Outside, data: Path) -> None:
    take(outside, letter())

    assert outside.again().client.get("/api/mail").json()["mail"][0]["subject"] == "Your code"
