"""Every message can be read in every language, on every channel, whatever is put into it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pamoja.foundation.money import Money
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.queries import previewing, rendering

SOURCE = Path(__file__).parents[3] / "src" / "pamoja"
# These are flashed on a page and sent to nobody.
FLASHED = {"account", "mfa", "usersessions"}
ENGLISH = sorted(
    path
    for path in SOURCE.rglob("templates/*/messages/*.txt")
    if path.parents[1].name not in FLASHED and path.suffixes == [".txt"]
)
NASTY = 'Upendo <b>& "Amani"</b>\n_x_ {{ amount }}'


def _name(path: Path) -> str:
    return f"{path.parents[1].name}/{path.stem}"


@cache
def _names_in(template: str, language: str) -> frozenset[str]:
    return previewing.names_in(template, language)


def _data(names: frozenset[str], *, is_full: bool) -> dict[str, Any]:
    def value(name: str) -> Any:
        if name.endswith("url"):
            return "http://localhost:8000/c/umoja/savings/"
        if name.endswith("_on"):
            return date(2026, 3, 9)
        if name.endswith("_at"):
            return datetime(2026, 3, 9, 6, tzinfo=UTC)
        if name == "amount":
            return Money(500_000, "KES")
        if name in ("late_fee", "missing", "reason"):
            return (Money(20_000, "KES") if name != "reason" else NASTY) if is_full else ""
        return 3 if name.endswith(("number", "position", "days", "rounds", "members")) else NASTY

    return {name: value(name) for name in names} | ({"needs": "approve"} if is_full else {})


def test_there_is_something_to_test() -> None:
    assert len(ENGLISH) > 20


@pytest.mark.parametrize("path", ENGLISH, ids=_name)
def test_each_is_written_in_swahili_too_and_asks_for_the_same(path: Path) -> None:
    swahili = path.with_name(f"{path.stem}.sw.txt")

    assert swahili.exists(), f"Write {swahili.name}: half of our members read Swahili first"
    assert swahili.read_text() != path.read_text()
    assert _names_in(_name(path), "sw") == _names_in(_name(path), "en")


@pytest.mark.parametrize("is_full", [True, False], ids=["all that may be said", "the least"])
@pytest.mark.parametrize("language", ["en", "sw"])
@pytest.mark.parametrize("path", ENGLISH, ids=_name)
def test_each_reads_well_everywhere(path: Path, language: str, is_full: bool) -> None:
    names = _names_in(_name(path), language)

    said = rendering.render(
        _name(path), _data(names, is_full=is_full), language=language, zone="Africa/Nairobi", community=None
    )

    assert "\n" not in said.subject
    assert "<b>" not in said.html, "what somebody typed is escaped"
    assert rules.width(said.sms) <= rules.SMS_MAX
    assert re.search(r"\bMarch\b", said.text + said.subject) is None or language == "en", "dates speak the language too"
    # What WhatsApp asks of a template.
    assert rules.width(said.skeleton) <= rules.INTERACTIVE_TEXT_MAX
    assert not re.match(r"\W*{{", said.skeleton)
    assert not said.skeleton.rstrip().endswith("}}")
    assert not re.search(r"}}\s*{{", said.skeleton)
    gaps = [int(number) for number in re.findall(r"{{(\d+)}}", said.skeleton)]
    assert sorted(set(gaps)) == list(range(1, len(said.variables) + 1))
    assert all(value.strip() and "\n" not in value for value in said.variables)
    assert (
        "5,000" in rules.filled(said.skeleton, said.variables)
        or "amount" not in names
        or ("needs" in names and not is_full)
    )
