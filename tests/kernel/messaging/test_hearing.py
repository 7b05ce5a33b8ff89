"""What a text means"""

from __future__ import annotations

import pytest

from pamoja.kernel.messaging.rules.hearing import Command, chosen, is_nearly, slips, understand

BALANCE = Command("balance", {"en": ("balance", "my balance"), "sw": ("salio",)}, {"en": "Balance"})
PAY = Command("pay", {"en": ("pay",), "sw": ("lipa",)}, {"en": "Pay"})
JOIN = Command("join", {"en": ("join",), "sw": ("jiunge",)}, {"en": "Join"}, takes_argument=True)
COMMANDS = (BALANCE, PAY, JOIN)


@pytest.mark.parametrize(
    ("given", "meant", "count"),
    [
        ("balance", "balance", 0),
        ("balanec", "balance", 1),
        ("balnce", "balance", 1),
        ("baalnce", "balance", 1),
        ("", "ab", 2),
    ],
)
def test_slips_are_counted(given: str, meant: str, count: int) -> None:
    assert slips(given, meant) == count


@pytest.mark.parametrize(
    ("given", "meant", "nearly"),
    [
        ("pya", "pay", False),
        ("say", "pay", False),
        ("jion", "join", True),
        ("coin", "join", False),
        ("histroyy", "history", False),
    ],
)
def test_short_words_must_be_right(given: str, meant: str, nearly: bool) -> None:
    assert is_nearly(given, meant) is nearly


@pytest.mark.parametrize(
    ("text", "intent", "argument", "language"),
    [
        ("BALANCE", "balance", "", "en"),
        ("  Balance?! ", "balance", "", "en"),
        ("my   balance", "balance", "", "en"),
        ("Sálio", "balance", "", "sw"),
        ("balnce", "balance", "", ""),
        ("join K7QM-xw3p", "join", "K7QM-xw3p", "en"),
        ("JIUNGE abc", "join", "abc", "sw"),
        ("jion abc", "join", "abc", ""),
        ("lipa", "pay", "", "sw"),
    ],
)
def test_a_command_is_recognised(text: str, intent: str, argument: str, language: str) -> None:
    found = understand(text, COMMANDS)

    assert found is not None
    assert (found.command.intent, found.argument, found.language) == (intent, argument, language)


@pytest.mark.parametrize("text", ["", "   ", "👍", "pay me back", "balance please tell me", "xyz"])
def test_nothing_else_is(text: str) -> None:
    assert understand(text, COMMANDS) is None


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("1", 0),
        ("2.", 1),
        ("3", None),
        ("0", None),
        ("mama mboga", 0),
        ("Boda", 1),
        ("boad riders", 1),
        ("m", None),
        ("", None),
    ],
)
def test_what_was_offered_is_chosen_by_number_or_words(text: str, index: int | None) -> None:
    assert chosen(text, ["Mama Mboga", "Boda riders"]) == index
