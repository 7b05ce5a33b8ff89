"""Where two books disagree, who bears a lost dispute, and that the database knows the moves of the rules."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum

import pytest
from django.db import connection

from pamoja.kernel.payments.rules.givingback import DISPUTE_MOVES, REFUND_MOVES, borne_by_member
from pamoja.kernel.payments.rules.messages import Listed
from pamoja.kernel.payments.rules.reconciling import Difference, Ours, differences


def line(kind: str, subject: str, amount: int) -> Listed:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return Listed(
        rail_id=f"txn_{subject}", kind=kind, subject_id=subject, amount_minor=amount, fee_minor=0, currency="GBP", at=at
    )


@pytest.mark.parametrize(
    ("theirs", "ours", "found"),
    [
        ([], [], []),
        ([line("charge", "ch_1", 500)], [Ours("payment", "ch_1", 500)], []),
        ([line("charge", "ch_1", 500)], [], [Difference("payment", "ch_1", 500, 0, "GBP")]),
        ([], [Ours("payment", "ch_1", 500)], [Difference("payment", "ch_1", 0, 500)]),
        ([], [Ours("payment", "ch_1", 500, is_expected=False)], []),
        (
            [line("charge", "ch_1", 501)],
            [Ours("payment", "ch_1", 500)],
            [Difference("payment", "ch_1", 501, 500, "GBP")],
        ),
        ([line("refund", "re_1", -200), line("refund_failure", "re_1", 200)], [Ours("refund", "re_1", 0)], []),
        ([line("adjustment", "dp_1", -500), line("adjustment", "dp_1", 500)], [Ours("dispute", "dp_1", 0)], []),
        (
            [line("charge", "ch_1", 5), line("charge", "ch_1", 5)],
            [Ours("payment", "ch_1", 5)],
            [Difference("payment", "ch_1", 10, 5, "GBP")],
        ),
    ],
)
def test_each_difference_between_the_books_is_found(
    theirs: list[Listed], ours: list[Ours], found: list[Difference]
) -> None:
    assert differences(theirs, ours) == found


@pytest.mark.parametrize(("amount", "held", "shares"), [(5, 5, (5, 0)), (5, 2, (2, 3)), (5, 0, (0, 5)), (5, 9, (5, 0))])
def test_a_lost_dispute_is_borne_by_what_is_left_first(amount: int, held: int, shares: tuple[int, int]) -> None:
    assert borne_by_member(amount_minor=amount, held_minor=held) == shares


@pytest.mark.parametrize(("table", "moves"), [("payments_refund", REFUND_MOVES), ("payments_dispute", DISPUTE_MOVES)])
def test_the_trigger_knows_the_moves_of_the_rules(
    database: None, table: str, moves: dict[StrEnum, frozenset[StrEnum]]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = %s", [f"{table}_moves"])
        (definition,) = cursor.fetchone()

    assert set(re.findall(r"'(\w+>\w+)'", definition)) == {
        f"{before}>{after}" for before, reachable in moves.items() for after in reachable
    }
