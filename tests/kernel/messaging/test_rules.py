"""What goes first, what a failure means, and how a message is put together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.errors import AddressUnusable, TemplateUnfit
from pamoja.kernel.messaging.rules import State, Verdict

DUE = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("permanent", "attempts", "waited", "verdict"),
    [
        (True, 1, timedelta(), Verdict(State.FAILED)),
        (False, 1, timedelta(), Verdict(State.SENDING, timedelta(seconds=30))),
        (False, 2, timedelta(), Verdict(State.SENDING, timedelta(seconds=60))),
        (False, 7, timedelta(), Verdict(State.SENDING, timedelta(seconds=1920))),
        (False, 8, timedelta(), Verdict(State.SENDING, timedelta(hours=1))),
        (False, 5000, timedelta(days=1, hours=23), Verdict(State.SENDING, timedelta(hours=1))),
        (False, 5000, timedelta(days=2), Verdict(State.GIVEN_UP)),
        (False, 4, timedelta(days=400), Verdict(State.SENDING, timedelta(seconds=240))),
        (False, 5, timedelta(days=400), Verdict(State.GIVEN_UP)),
    ],
)
def test_a_failure_is_tried_again_for_two_days(
    permanent: bool, attempts: int, waited: timedelta, verdict: Verdict
) -> None:
    assert rules.after_failure(permanent=permanent, attempts=attempts, due_at=DUE, now=DUE + waited) == verdict


@pytest.mark.parametrize(
    ("code", "permanent"),
    [(421, False), (450, False), (452, False), (530, False), (535, False), (550, True), (552, True), (554, True)],
)
def test_a_reply_says_whether_another_try_could_help(code: int, permanent: bool) -> None:
    assert rules.is_permanent(code) is permanent


@pytest.mark.parametrize(
    "address", ["a@example.org", " amina.w+x@mail.example.org ", "amína@example.org", "a@localhost"]
)
def test_takes_addresses(address: str) -> None:
    assert rules.clean_address(address) == address.strip()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "amina",
        "@example.org",
        "amina@",
        "amina@.org",
        "amina@example.",
        "a@b@example.org",
        "a@example.org, b@example.org",
        "a@example.org\nBcc: b@example.org",
        "Amina <a@example.org>",
        f"{'a' * 65}@example.org",
        f"a@{'b' * 260}.org",
    ],
)
def test_refuses_what_is_no_single_address(address: str) -> None:
    with pytest.raises(AddressUnusable):
        rules.clean_address(address)


def test_a_subject_is_one_line_whatever_is_in_it() -> None:
    assert rules.one_line("Hello\r\nBcc: x@example.org \u2028 there") == "Hello Bcc: x@example.org there"


def test_the_first_line_is_the_subject() -> None:
    assert rules.subject_and_body("\nKaribu\n\n\n\n\nHabari\n", "x/y") == ("Karibu", "Habari\n")


@pytest.mark.parametrize("rendered", ["", "Only a subject", "Subject\n  \n"])
def test_a_template_without_subject_or_text_is_a_bug(rendered: str) -> None:
    with pytest.raises(TemplateUnfit, match="x/y needs"):
        rules.subject_and_body(rendered, "x/y")


def test_a_template_that_asks_for_more_than_it_was_given_is_a_bug() -> None:
    with pytest.raises(TemplateUnfit, match="x/y needs amount, name"):
        rules.subject_and_body("Hello \x00name\x00\n\x00amount\x00 \x00name\x00", "x/y")


def test_our_address_on_a_line_of_its_own_is_a_button() -> None:
    ours = "http://localhost:8000/c/umoja/"
    text = f"Habari.\nSee {ours}x\n\nPay now: {ours}pay\n\n{ours}y\n\nPrize: http://evil.example/\n\nNot\n{ours}z\n"

    assert rules.parts_of(text, own_url=ours) == [
        rules.Part(f"Habari.\nSee {ours}x"),
        rules.Part("Pay now", f"{ours}pay"),
        rules.Part("", f"{ours}y"),
        rules.Part("Prize: http://evil.example/"),
        rules.Part(f"Not\n{ours}z"),
    ]


@pytest.mark.parametrize(("colour", "ink"), [("#0f6b4f", "#ffffff"), ("#ffd23f", "#111111"), ("#000000", "#ffffff")])
def test_a_button_is_written_on_readably(colour: str, ink: str) -> None:
    assert rules.ink_on(colour) == ink


def test_masks_all_but_what_one_recognises() -> None:
    assert rules.masked("amina@example.org") == "a…@example.org"
