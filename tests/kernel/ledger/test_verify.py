"""The verifier"""

from typing import Any

import psycopg
import pytest

from pamoja.kernel.ledger.public import invariants
from tests.kernel.ledger.test_guards import STAGE

# Somebody with the server in hand switches the triggers off and changes what was posted.
TAMPERING = {
    "balance_is_sum_of_transfers": "UPDATE ledger_account SET balance_minor = 999 WHERE owner = 'member:asha'",
    "last_movement_left_the_balance": "UPDATE ledger_account SET balance_minor = 999 WHERE owner = 'member:asha'",
    "sequence_counts_transfers": "UPDATE ledger_account SET sequence = 9 WHERE owner = 'member:asha'",
    "sequence_has_no_gap": "UPDATE ledger_transfer SET credit_sequence = 7 WHERE amount_minor = 1000",
    "balance_follows_from_the_one_before": "UPDATE ledger_transfer SET amount_minor = 101 WHERE amount_minor = 100",
    "time_goes_forward": "UPDATE ledger_transfer SET posted_at = posted_at + '1 day' WHERE amount_minor = 1000",
    "account_knows_its_last_moment": "UPDATE ledger_account SET posted_at = '2020-01-01'",
    "above_its_floor": "ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_above_its_floor; "
    "UPDATE ledger_account SET held_minor = 5000 WHERE owner = 'member:asha'",
    "never_was_below_its_floor": "UPDATE ledger_transfer SET debit_balance_minor = -1 WHERE amount_minor = 100",
    "without_floor_keeps_nothing": "ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_without_floor_is_summed; "
    "UPDATE ledger_account SET balance_minor = 5 WHERE owner = 'rail:mpesa'",
    "books_sum_to_zero": "UPDATE ledger_account SET currency = 'GBP' WHERE owner = 'member:asha'",
    "kept_balances_sum_to_zero": "UPDATE ledger_account SET balance_minor = 999 WHERE owner = 'member:asha'",
    "snapshot_is_sum_of_transfers": "UPDATE ledger_snapshot SET balance_minor = -999",
    "snapshot_knows_its_times": "UPDATE ledger_snapshot SET posted_until = '2020-01-01'",
    "snapshot_only_without_floor": "UPDATE ledger_snapshot SET account_number = "
    "(SELECT number FROM ledger_account WHERE owner = 'member:asha')",
    "held_is_sum_of_open_holds": "UPDATE ledger_account SET held_minor = 49 WHERE owner = 'member:asha'",
    "captured_is_sum_of_captures": "UPDATE ledger_hold SET captured_minor = 5",
    "capture_leaves_the_held_account": "UPDATE ledger_entry SET kind = 'capture' WHERE kind = 'reverse'",
    "hold_is_as_its_entry_made_it": "UPDATE ledger_hold SET amount_minor = 51",
    "hold_entry_made_a_hold": "DELETE FROM ledger_hold",
    "hold_ended_once": "UPDATE ledger_hold SET state = 'released', ended_at = now()",
    "hold_only_with_floor": "UPDATE ledger_hold SET account_number = "
    "(SELECT number FROM ledger_account WHERE owner = 'rail:mpesa')",
    "transfer_belongs_to_its_entry": "UPDATE ledger_transfer SET number = number + 409600 WHERE amount_minor = 1000",
    "entry_moved_what_its_kind_moves": "DELETE FROM ledger_transfer WHERE amount_minor = 1000",
    "transfers_stand_in_order": "UPDATE ledger_transfer SET number = number + 1 WHERE amount_minor = 1000",
    "transfer_joins_two_accounts_of_one_currency": "UPDATE ledger_account SET currency = 'GBP' "
    "WHERE owner = 'member:asha'",
    "side_is_kept_as_its_account_asks": "UPDATE ledger_transfer SET credit_balance_minor = NULL",
    "key_answers_once": "ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_key_used_once; "
    "UPDATE ledger_entry SET key = 'same'",
    "refusal_keeps_request_and_reason": "UPDATE ledger_entry SET kind = 'refused', details = '{\"refusal\": {}}' "
    "WHERE key = 'hold'",
    "reversal_is_the_opposite": "UPDATE ledger_transfer SET amount_minor = 99 "
    "WHERE number / 4096 = (SELECT number FROM ledger_entry WHERE key = 'undo')",
    "exchange_keeps_its_rate": "UPDATE ledger_entry SET kind = 'exchange' WHERE key = 'fill'",
}
TRUE_SUMS = """
UPDATE ledger_snapshot s SET up_to = t.number, balance_minor = -t.amount_minor, posted_from = t.posted_at,
  posted_until = t.posted_at FROM ledger_transfer t WHERE t.debit_account = s.account_number
"""


@pytest.fixture
def staged(databases: Any, shared_db: None) -> Any:
    """A superuser's session with triggers off, and the books it may spoil; rolled back in the end."""
    from django.db import connection

    superuser = databases.superuser_url.rpartition("/")[0] + "/" + connection.settings_dict["NAME"]
    with psycopg.connect(superuser) as session:
        session.execute(STAGE)
        session.execute("SET session_replication_role = replica")  # foreign keys as well
        for table in ("entry", "transfer", "account", "hold", "snapshot"):
            session.execute(f"ALTER TABLE ledger_{table} DISABLE TRIGGER USER")
        session.execute(TRUE_SUMS)
        yield session
        session.rollback()


def found_in(session: psycopg.Connection[Any]) -> set[str]:
    """The names of the invariants that do not hold, asked as the application would."""
    session.execute("SET LOCAL ROLE pamoja_runtime")
    found = set()
    for invariant in invariants():
        if session.execute(invariant.sql).fetchall():
            found.add(invariant.name)
    session.execute("RESET ROLE")
    return found


def test_finds_nothing_wrong_with_true_books(staged: psycopg.Connection[Any]) -> None:
    assert found_in(staged) == set()


@pytest.mark.parametrize("name", TAMPERING)
def test_finds_what_was_tampered_with(name: str, staged: psycopg.Connection[Any]) -> None:
    staged.execute(TAMPERING[name])

    assert name in found_in(staged)


def test_each_invariant_is_shown_to_find_something() -> None:
    assert {invariant.name for invariant in invariants()} == set(TAMPERING)
    assert len(invariants()) >= 20
    assert all(invariant.sentence.endswith(".") for invariant in invariants())
