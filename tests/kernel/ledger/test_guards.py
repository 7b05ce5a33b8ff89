"""Every guard of the database is needed: what it refuses goes through once it is gone"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

# In the attacks: one row of each table, by the names that `stage` gives them.
STAGE = """
INSERT INTO community (id, slug, name, tagline, currency, country, time_zone, language, brand, logo, products, flags,
    created_at)
  VALUES (gen_random_uuid(), 'attacked', 'Attacked', '', 'KES', 'KE', 'Africa/Nairobi', 'en', '{}', '', '[]', '{}',
    now());
SELECT set_config('pamoja.community', (SELECT id FROM community WHERE slug = 'attacked')::text, false);
SELECT ledger_open_account(gen_random_uuid(), now(), owner, purpose, 'KES', floor)
  FROM (VALUES ('rail:mpesa', 'clearing', NULL), ('member:asha', 'wallet', 0), ('member:baraka', 'wallet', 0))
    AS a (owner, purpose, floor);
CREATE TEMP TABLE stage AS SELECT
  (SELECT id FROM ledger_account WHERE owner = 'rail:mpesa') AS rail,
  (SELECT id FROM ledger_account WHERE owner = 'member:asha') AS asha,
  (SELECT id FROM ledger_account WHERE owner = 'member:baraka') AS baraka;
SELECT ledger_post_one('fill', now(), '', '', rail, asha, 1000, 'KES', NULL),
       ledger_post_one('pay', now(), '', '', asha, baraka, 100, 'KES', NULL),
       ledger_hold('hold', now(), gen_random_uuid(), asha, 50, 'KES', NULL, '', '') FROM stage;
SELECT ledger_reverse('undo', now(), '', '', (SELECT number FROM ledger_entry WHERE key = 'pay'));
INSERT INTO ledger_snapshot
  SELECT number, 1, community_id, 0, now(), now() FROM ledger_account WHERE owner = 'rail:mpesa';
INSERT INTO ledger_fence VALUES (true, 1, '1') ON CONFLICT DO NOTHING;
"""

ACCOUNT = """
INSERT INTO ledger_account (id, community_id, floor_minor, balance_minor, held_minor, sequence, posted_at, opened_at,
    currency, owner, purpose)
  SELECT {}, {}, {}, {}, {}, {}, now(), now(), {}, {}, {} FROM ledger_account WHERE owner = 'member:asha'
"""
ENTRY = (
    "INSERT INTO ledger_entry SELECT {}, community_id, now(), {}, {}, {}, {}, {} FROM ledger_entry WHERE key = 'fill'"
)
TRANSFER = """
INSERT INTO ledger_transfer SELECT {}, community_id, now(), {}, {}, {}, {}, {}, NULL, NULL
  FROM ledger_transfer WHERE number = (SELECT number FROM ledger_entry WHERE key = 'pay') * 4096
"""
HOLD = "INSERT INTO ledger_hold SELECT {}, community_id, {}, {}, {}, {}, {}, now(), NULL, {} FROM ledger_hold"
NEXT = "(SELECT max(number) + 1 FROM ledger_entry)"


def account(**columns: str) -> str:
    """Insert an account like Asha's but for these columns."""
    like = {
        "id": "gen_random_uuid()",
        "community": "community_id",
        "floor": "0",
        "balance": "0",
        "held": "0",
        "sequence": "0",
        "currency": "'KES'",
        "owner": "'member:new'",
        "purpose": "'wallet'",
    }
    return ACCOUNT.format(*(like | columns).values())


def entry(**columns: str) -> str:
    """Insert an entry that is well but for these columns."""
    like = {"number": NEXT, "kind": "'post'", "key": "'new'", "description": "''", "reference": "''", "details": "NULL"}
    return ENTRY.format(*(like | columns).values())


def transfer(**columns: str) -> str:
    """Insert a transfer that is well but for these columns."""
    like = {
        "number": f"{NEXT} * 4096",
        "debit": "debit_account",
        "credit": "credit_account",
        "amount": "1",
        "debit_sequence": "99",
        "credit_sequence": "99",
    }
    return TRANSFER.format(*(like | columns).values())


def hold(**columns: str) -> str:
    """Insert a hold that is well but for these columns."""
    like = {
        "id": "gen_random_uuid()",
        "entry": "(SELECT number FROM ledger_entry WHERE key = 'fill')",
        "account": "account_number",
        "amount": "5",
        "captured": "0",
        "state": "'open'",
        "ended": "NULL",
    }
    return HOLD.format(*(like | columns).values())


@dataclass(frozen=True)
class Guard:
    """A constraint, unique index or trigger of a table or type, and an attack that it alone refuses."""

    on: str
    name: str
    attack: str


def _rows(on: str, **attacks: str) -> list[Guard]:
    return [Guard(f"ledger_{on}", f"ledger_{on}_{name}", attack) for name, attack in attacks.items()]


GUARDS = [
    # The rules of types.
    *_rows("owner", is_named=account(owner="''")),
    *_rows("purpose", is_named=account(purpose="''")),
    *_rows("currency", is_a_code=account(currency="'K'")),
    *_rows("floor", is_zero_or_a_limit=account(floor="1", balance="5")),
    *_rows("held", is_not_negative="UPDATE ledger_account SET held_minor = -1 WHERE owner = 'member:asha'"),
    *_rows("kind", is_known=entry(kind="'gift'")),
    *_rows("key", fits=entry(key="repeat('k', 201)")),
    *_rows("description", fits=entry(description="repeat('d', 501)")),
    *_rows("reference", fits=entry(reference="repeat('r', 201)")),
    *_rows("amount", is_sound=transfer(amount="0")),
    *_rows("amount", is_sound=transfer(amount="1000000000000001")),
    *_rows("amount", is_sound=hold(amount="0", state="'captured'", ended="now()")),
    *_rows("sequence", is_positive=transfer(debit_sequence="0")),
    # Constraints, unique indexes and triggers of tables.
    *_rows(
        "account",
        pkey=account(id="id"),
        number_unique="INSERT INTO ledger_account OVERRIDING SYSTEM VALUE "
        "SELECT gen_random_uuid(), number, community_id, 0, 0, 0, 0, now(), now(), 'KES', 'member:new', 'wallet' "
        "FROM ledger_account WHERE owner = 'member:asha'",
        of_a_community=account(community="gen_random_uuid()"),
        one_per_purpose=account(owner="owner", purpose="purpose"),
        above_its_floor="UPDATE ledger_account SET held_minor = 1001 WHERE owner = 'member:asha'",
        without_floor_is_summed="UPDATE ledger_account SET balance_minor = 5 WHERE owner = 'rail:mpesa'",
        never_leaves="DELETE FROM ledger_account WHERE false",
        stays_what_it_is="UPDATE ledger_account SET currency = 'GBP' WHERE false",
    ),
    *_rows(
        "entry",
        pkey=entry(number="number"),
        key_used_once=entry(key="'fill'"),
        has_a_key=entry(key="NULL"),
        refusal_has_a_reason=entry(kind="'refused'", details="'{}'"),
        reversed_once="INSERT INTO ledger_entry "
        "SELECT number + 1, community_id, posted_at, kind, 'again', '', '', details "
        "FROM ledger_entry WHERE key = 'undo'",
        append_only="UPDATE ledger_entry SET description = 'other' WHERE false",
    ),
    *_rows(
        "transfer",
        pkey=transfer(number="number"),
        debit_sequence_unique=transfer(debit_sequence="debit_sequence"),
        credit_sequence_unique=transfer(credit_sequence="credit_sequence"),
        has_two_accounts=transfer(credit="debit_account"),
        append_only="DELETE FROM ledger_transfer WHERE false",
    ),
    *_rows(
        "hold",
        pkey=hold(id="id"),
        entry_unique=hold(entry="entry_number"),
        made_by_an_entry=hold(entry=NEXT),
        on_an_account=hold(account="0"),
        captured_within=hold(captured="-1"),
        state_is_known=hold(state="'lost'", ended="now()"),
        captured_means_all=hold(state="'captured'", ended="now()"),
        ends_once=hold(ended="now()"),
        never_leaves="DELETE FROM ledger_hold WHERE false",
        stays_what_it_is="UPDATE ledger_hold SET amount_minor = 5 WHERE false",
    ),
    *_rows(
        "snapshot",
        of_an_account="INSERT INTO ledger_snapshot SELECT 0, 2, community_id, 0, now(), now() FROM ledger_snapshot",
        pkey="INSERT INTO ledger_snapshot SELECT * FROM ledger_snapshot",
        append_only="UPDATE ledger_snapshot SET balance_minor = 5 WHERE false",
    ),
    *_rows(
        "fence",
        pkey="INSERT INTO ledger_fence SELECT * FROM ledger_fence",
        is_one="INSERT INTO ledger_fence VALUES (false, 1, '1')",
    ),
]

REFUSALS = (errors.IntegrityError, errors.InsufficientPrivilege)


@pytest.fixture
def owner(owner_connection: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """A session of the role that owns the tables, among rows that are rolled back."""
    owner_connection.execute(STAGE)
    yield owner_connection
    owner_connection.rollback()


def drop(guard: Guard, owner: psycopg.Connection[Any]) -> None:
    """Take the guard away, with what depends on it."""
    on, name = sql.Identifier(guard.on), sql.Identifier(guard.name)
    found = owner.execute(
        "SELECT CASE contypid WHEN 0 THEN 'CONSTRAINT' ELSE 'RULE' END FROM pg_constraint WHERE conname = %(name)s "
        "UNION ALL SELECT 'TRIGGER' FROM pg_trigger WHERE tgname = %(name)s "
        "UNION ALL SELECT 'INDEX' FROM pg_class WHERE relname = %(name)s AND relkind = 'i' LIMIT 1",
        {"name": guard.name},
    ).fetchone()
    assert found, f"there is no guard {guard.name}"
    if found[0] == "CONSTRAINT":
        owner.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {} CASCADE").format(on, name))
    elif found[0] == "RULE":
        owner.execute(sql.SQL("ALTER DOMAIN {} DROP CONSTRAINT {}").format(on, name))
    elif found[0] == "TRIGGER":
        owner.execute(sql.SQL("DROP TRIGGER {} ON {}").format(name, on))
    else:
        owner.execute(sql.SQL("DROP INDEX {}").format(name))


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_refuses_and_nothing_else_would(guard: Guard, owner: psycopg.Connection[Any]) -> None:
    with pytest.raises(REFUSALS) as refused, owner.transaction():
        owner.execute(guard.attack)
    if isinstance(refused.value, errors.IntegrityError):
        assert refused.value.diag.constraint_name == guard.name

    drop(guard, owner)
    owner.execute(guard.attack)


@pytest.mark.parametrize("table", ["entry", "transfer", "account", "hold", "snapshot"])
def test_nobody_empties_a_table(table: str, owner: psycopg.Connection[Any]) -> None:
    with pytest.raises(errors.InsufficientPrivilege), owner.transaction():
        owner.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.Identifier(f"ledger_{table}")))


def test_not_even_a_replica_session_changes_what_is_posted(databases: Any) -> None:
    from django.db import connection

    url = databases.superuser_url.rpartition("/")[0] + "/" + connection.settings_dict["NAME"]
    with psycopg.connect(url) as session:
        session.execute("SET session_replication_role = replica")
        for attack in ("UPDATE ledger_entry SET key = 'k'", "DELETE FROM ledger_transfer", "TRUNCATE ledger_snapshot"):
            with pytest.raises(errors.InsufficientPrivilege), session.transaction():
                session.execute(attack)
        session.rollback()


def test_each_guard_is_attacked_here(owner: psycopg.Connection[Any]) -> None:
    rows = owner.execute(
        """
        SELECT conname FROM pg_constraint WHERE conrelid::regclass::text LIKE 'ledger\\_%' AND contype <> 'n'
        UNION
        SELECT conname FROM pg_constraint WHERE contypid <> 0 AND contypid::regtype::text LIKE 'ledger\\_%'
        UNION
        SELECT tgname FROM pg_trigger WHERE tgrelid::regclass::text LIKE 'ledger\\_%' AND NOT tgisinternal
        UNION
        SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid::regclass::text LIKE 'ledger\\_%' AND indisunique
        """
    ).fetchall()

    assert {name for (name,) in rows} == {guard.name for guard in GUARDS}


def test_the_application_can_only_call_and_read(books: Any) -> None:
    from django.db import connection, transaction
    from django.db.utils import ProgrammingError

    attempts = [
        "INSERT INTO ledger_entry SELECT * FROM ledger_entry",
        "UPDATE ledger_account SET balance_minor = 1",
        "DELETE FROM ledger_hold",
        "TRUNCATE ledger_transfer",
        "INSERT INTO ledger_snapshot SELECT * FROM ledger_snapshot",
        "SELECT * FROM ledger_fence",
        "SELECT nextval('ledger_entry_number')",
        "SELECT setval('ledger_entry_number', 1)",
        "SELECT ledger_keep_sums_(1, 1)",
        "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
        "DROP FUNCTION ledger_roll_up",
    ]

    for attempt in attempts:
        with (
            pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(attempt)


def test_the_inside_of_functions_is_nobodys_to_call(books: Any) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, has_function_privilege(oid, 'EXECUTE'), prosecdef, proconfig::text FROM pg_proc "
            "WHERE proname LIKE 'ledger\\_%' AND prorettype <> 'trigger'::regtype"
        )
        rows = cursor.fetchall()

    assert {name for name, may, _, _ in rows if may == name.endswith("_")} == set()
    assert {name for name, _, _, config in rows if "search_path=pg_catalog, public" not in (config or "")} == set()
    assert {name for name, _, definer, _ in rows if definer == name.endswith("_")} == set()
