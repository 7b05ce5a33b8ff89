"""The ledger against the limit: what its functions reach beside the same rows written by hand-made SQL.

`python -m bench.ledger` (`make bench-ledger`). PostgreSQL runs with fsync on; pgbench, shipped beside it, is the client
of the single entries; keys are UUIDv7, as everywhere in the platform. Rates of a shared machine mean little, so every
ratio is of runs that alternate. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import django
import psycopg

from pamoja.foundation import ids
from pamoja.site.postgres import EmbeddedPostgres, bundled_binaries
from tests.harness.databases import OWNER, RUNTIME, Databases

ROOT = Path(__file__).parents[1]
COMMUNITY = UUID(int=1)
# A session plans a statement five times before it keeps the plan.
WARMING = 6
ACCOUNTS, RAILS, CLIENTS, BATCH = 10_000, 1_000, 8, 2_000
LEDGER, BY_HAND = "pamoja_bench_ledger", "pamoja_bench_by_hand"
TARGETS = {
    "single_ratio": (">=", 0.9),
    "hot_ratio": (">=", 0.9),
    "batch_per_s": (">=", 20_000),
    "batch_hot_per_s": (">=", 20_000),
    "bytes_per_transfer": ("<=", 450),
    "balance_at_ms": ("<=", 2.0),
}

WALLET = "('00000000-0000-0000-0001-'||lpad(:{}::text,12,'0'))::uuid"
RAIL = "('00000000-0000-0000-0002-'||lpad(:{}::text,12,'0'))::uuid"
PAIR = rf"""\set a random(1,{ACCOUNTS})
\set b random(1,{ACCOUNTS - 1})
\set c 1 + (:a - 1 + :b) % {ACCOUNTS}
"""
POST = "SELECT entry_number FROM ledger_post_one(uuidv7()::text, now(), 'contribution', '', {}, {}, 100, 'KES', NULL);"
UPDATED = (
    "UPDATE ledger_account SET balance_minor = balance_minor {} 100, sequence = sequence + 1, posted_at = now() "
    "WHERE id = {}"
)
ENTERED = (
    "INSERT INTO ledger_entry (number, community_id, posted_at, kind, key, description, reference) "
    f"VALUES (nextval('ledger_entry_number'), '{COMMUNITY}', now(), 'post', uuidv7()::text, 'contribution', '')"
)
SCRIPTS = {
    "single": PAIR + POST.format(WALLET.format("a"), WALLET.format("c")),
    # The same rows, one prepared statement each.
    "by_hand": PAIR
    + "BEGIN;\n"
    + UPDATED.format("-", WALLET.format("a"))
    + r" RETURNING number AS dn, balance_minor AS db, sequence AS ds \gset"
    + "\n"
    + UPDATED.format("+", WALLET.format("c"))
    + r" RETURNING number AS cn, balance_minor AS cb, sequence AS cs \gset"
    + "\n"
    + ENTERED
    + r" RETURNING number AS n \gset"
    + "\n"
    + f"INSERT INTO ledger_transfer VALUES (:n::bigint * 4096, '{COMMUNITY}', now(), :dn::bigint, :cn::bigint, 100, "
    + ":ds::bigint, :cs::bigint, :db::bigint, :cb::bigint);\nCOMMIT;",
    # The same rows in one statement: one round trip, no lock order, no check, no answer for a repeated key.
    "one_statement": PAIR
    + "WITH d AS ("
    + UPDATED.format("-", WALLET.format("a"))
    + " RETURNING number, balance_minor, sequence), c AS ("
    + UPDATED.format("+", WALLET.format("c"))
    + " RETURNING number, balance_minor, sequence), e AS ("
    + ENTERED
    + f" RETURNING number) INSERT INTO ledger_transfer SELECT e.number * 4096, '{COMMUNITY}', now(), d.number, "
    + "c.number, 100, d.sequence, c.sequence, d.balance_minor, c.balance_minor FROM d, c, e;",
    "hot": rf"\set a random(1,{ACCOUNTS})"
    "\n" + POST.format("'00000000-0000-0000-0002-000000000001'", WALLET.format("a")),
    "spread": rf"\set a random(1,{ACCOUNTS})"
    "\n"
    rf"\set b random(1,{RAILS})"
    "\n" + POST.format(RAIL.format("b"), WALLET.format("a")),
}


def wallet(number: int) -> UUID:
    """A member's account, by its place from 1."""
    return UUID(f"00000000-0000-0000-0001-{number:012d}")


def rail(number: int) -> UUID:
    """An account without a floor, by its place from 1."""
    return UUID(f"00000000-0000-0000-0002-{number:012d}")


class Bench:
    """A server with two databases of the same schema: the ledger's, and one written by hand."""

    def __init__(self, options: argparse.Namespace, databases: Databases) -> None:
        self.options = options
        self.databases = databases
        self.figures: dict[str, Any] = {}

    def connect(self, database: str = LEDGER, role: str = RUNTIME) -> psycopg.Connection[Any]:
        """A session inside the bench's community."""
        session = psycopg.connect(self.databases.url(database, role), autocommit=True)
        session.execute("SELECT set_config('pamoja.community', %s, false)", [str(COMMUNITY)])
        return session

    def stage(self) -> None:
        """The same accounts in both databases. Wallets may be overdrawn far: the floor is checked, and never met."""
        for database in (LEDGER, BY_HAND):
            self.databases.clone(database)
            with self.connect(database, OWNER) as session:
                session.execute(
                    "INSERT INTO community (id, slug, name, tagline, currency, country, time_zone, language, brand, "
                    "logo, products, flags, created_at) VALUES (%s, 'bench', 'Bench', '', 'KES', 'KE', "
                    "'Africa/Nairobi', 'en', '{}', '', '[]', '{}', now())",
                    [COMMUNITY],
                )
            with self.connect(database) as session:
                for prefix, owner, count, floor in (("1", "member", ACCOUNTS, -(10**14)), ("2", "rail", RAILS, None)):
                    session.execute(
                        f"SELECT count(ledger_open_account(('00000000-0000-0000-000{prefix}-'"
                        "||lpad(i::text,12,'0'))::uuid, now(), %s || ':' || i, 'wallet', 'KES', %s)) "
                        "FROM generate_series(1, %s) i",
                        [owner, floor, count],
                    )
            with self.connect(database, OWNER) as session:
                session.execute("VACUUM ANALYZE ledger_account")

    def pgbench(self, script: str, *, rate: float | None = None, log: Path | None = None) -> float:
        """Transactions a second of one script, with eight clients."""
        by_hand = script in {"by_hand", "one_statement"}
        url = self.databases.url(BY_HAND if by_hand else LEDGER, OWNER if by_hand else RUNTIME)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "script.sql"
            path.write_text(SCRIPTS[script])
            command = [
                bundled_binaries() / "pgbench",
                "-n",
                "-M",
                "prepared",
                "-f",
                path,
                "-c",
                str(CLIENTS),
                "-j",
                "2",
            ]
            command += ["-T", str(self.options.seconds), "--random-seed", "7"]
            command += ["--rate", str(rate)] if rate else []
            command += ["--log", "--log-prefix", log] if log else []
            environment = os.environ | {"PGOPTIONS": f"-c pamoja.community={COMMUNITY}"}
            done = subprocess.run([*command, url], capture_output=True, text=True, env=environment, check=False)
        found = [line for line in done.stdout.splitlines() if line.startswith("tps = ")]
        assert found, done.stderr
        assert "aborted" not in done.stderr, done.stderr
        return float(found[0].split()[2])

    def singles(self) -> None:
        """Single entries and their peers, in turn."""
        rates: dict[str, list[float]] = {name: [] for name in SCRIPTS}
        for _ in range(self.options.rounds):
            for name in SCRIPTS:
                rates[name].append(self.pgbench(name))
        rate = {name: statistics.median(each) for name, each in rates.items()}

        def ratio(one: str, other: str) -> float:
            """The median of the rounds' own ratios: what changed between rounds falls out."""
            return round(statistics.median(a / b for a, b in zip(rates[one], rates[other], strict=True)), 3)

        self.figures |= {
            "single_per_s": round(rate["single"]),
            "by_hand_per_s": round(rate["by_hand"]),
            "one_statement_per_s": round(rate["one_statement"]),
            "single_ratio": ratio("single", "by_hand"),
            "single_to_one_statement_ratio": ratio("single", "one_statement"),
            "hot_per_s": round(rate["hot"]),
            "spread_per_s": round(rate["spread"]),
            "hot_ratio": ratio("hot", "spread"),
        }

    def latency(self) -> None:
        """Open loop at half of what single entries reached: from when a request was due, so waiting counts."""
        with tempfile.TemporaryDirectory() as folder:
            self.pgbench("single", rate=self.figures["single_per_s"] / 2, log=Path(folder) / "log")
            delays = sorted(
                int(line.split()[2]) / 1000 for path in Path(folder).iterdir() for line in path.read_text().splitlines()
            )
        for name, share in (("p50_ms", 0.5), ("p99_ms", 0.99), ("p999_ms", 0.999)):
            self.figures[name] = round(delays[min(len(delays) - 1, int(len(delays) * share))], 2)

    def batches(self) -> None:
        """Batches of 2,000 entries: spread by one writer and by two in each other's way; from all into one account."""
        rng = random.Random(7)

        def pairs() -> list[tuple[UUID, UUID]]:
            return [(wallet(a), wallet(b)) for a, b in (rng.sample(range(1, ACCOUNTS + 1), 2) for _ in range(BATCH))]

        def into_one() -> list[tuple[UUID, UUID]]:
            return [(wallet(rng.randint(2, ACCOUNTS)), wallet(1)) for _ in range(BATCH)]

        spread, two, hot = [], [], []
        for _ in range(self.options.rounds):
            spread.append(self.batch_rate(pairs, writers=1))
            two.append(self.batch_rate(pairs, writers=2))
            hot.append(self.batch_rate(into_one, writers=1))
        self.figures |= {
            "batch_per_s": round(statistics.median(spread)),
            "batch_two_writers_per_s": round(statistics.median(two)),
            "batch_hot_per_s": round(statistics.median(hot)),
        }

    def batch_rate(self, moves: Callable[[], list[tuple[UUID, UUID]]], writers: int) -> float:
        """Transfers a second; what is sent is built before the clock starts."""
        from pamoja.kernel.ledger.actions.posting import BATCH as CALL

        calls = 8 * self.options.seconds // writers
        # In turn, so that keys are inserted about in the order they were made in.
        built = [batch_of(moves()) for _ in range((calls + WARMING) * writers)]
        work = [built[place::writers] for place in range(writers)]
        gate = threading.Barrier(writers + 1)

        def write(batches: list[list[Any]]) -> None:
            with self.connect() as session:
                for arguments in batches[:WARMING]:
                    session.execute(CALL, arguments)
                gate.wait()
                for arguments in batches[WARMING:]:
                    session.execute(CALL, arguments)
                gate.wait()

        threads = [threading.Thread(target=write, args=(batches,)) for batches in work]
        for thread in threads:
            thread.start()
        gate.wait()
        began = time.perf_counter()
        gate.wait()
        rate = writers * calls * BATCH / (time.perf_counter() - began)
        for thread in threads:
            thread.join()
        return rate

    def writer(self) -> None:
        """A thousand coroutines paying into one floored account through the gathering writer, in Python."""
        from pamoja.foundation.money import Money
        from pamoja.kernel.communities.models import entered_community
        from pamoja.kernel.ledger.public import AccountId, Posting, Transfer, Writer

        async def story() -> float:
            entered_community.set(COMMUNITY)
            amount, until = Money(1, "KES"), time.perf_counter() + self.options.seconds
            posted = 0

            async def payer(number: int, writer: Writer) -> None:
                nonlocal posted
                while time.perf_counter() < until:
                    transfers = [Transfer(AccountId(wallet(number)), AccountId(wallet(1)), amount)]
                    await writer.post(Posting(key=str(ids.new_id()), transfers=transfers, description="contribution"))
                    posted += 1

            async with Writer(self.databases.url(LEDGER, RUNTIME)) as writer:
                began = time.perf_counter()
                await asyncio.gather(*(payer(number, writer) for number in range(2, 1_002)))
                return posted / (time.perf_counter() - began)

        self.figures["writer_hot_per_s"] = round(asyncio.run(story()))

    def begin(self) -> None:
        """What a small ledger does, to compare with; after a first run of each that only warms up."""
        self.pgbench("single")
        self.pgbench("by_hand")
        self.grow_to(10_000)

    def grow(self) -> None:
        """Fill up, and see whether the rate of single entries falls and past balances slow down."""
        for size in (100_000, 300_000, 1_000_000, 2_000_000):
            if size <= self.options.transfers:
                self.grow_to(size)
        last = self.figures["growth"][-1]
        self.figures["balance_at_ms"] = last["balance_at_ms"]
        self.figures["transfers"] = self.count()

    def grow_to(self, size: int) -> None:
        """So many transfers, and what it does with them."""
        growth = self.figures.setdefault("growth", [])
        rng = random.Random(size)
        with self.connect() as session:
            while (count := self.count()) < size:
                fill(session, min(size - count, 200_000), rng)
        with self.connect(role=OWNER) as session:
            session.execute("VACUUM ANALYZE ledger_account, ledger_entry, ledger_transfer")
        single, by_hand = self.pgbench("single"), self.pgbench("by_hand")
        growth.append(
            {
                "transfers": self.count(),
                "single_per_s": round(single),
                # Of a database that stays small, a moment later: so the machine's own ups and downs fall out.
                "to_by_hand": round(single / by_hand, 2),
                **self.balance_at(),
            }
        )

    def count(self) -> int:
        """How many transfers there are."""
        with self.connect() as session:
            row = session.execute("SELECT count(*) FROM ledger_transfer").fetchone()
        return int(row[0]) if row else 0

    def balance_at(self) -> dict[str, float]:
        """Milliseconds of a past balance: of wallets, of the hottest wallet, of the hottest account without a floor."""
        rng = random.Random(5)
        with self.connect() as session:
            for _ in range(3):
                session.execute("SELECT ledger_roll_up()")
            first, last = session.execute("SELECT min(posted_at), max(posted_at) FROM ledger_transfer").fetchone() or ()

            def median(account: Callable[[], UUID]) -> float:
                taken = []
                for _ in range(200):
                    moment = first + (last - first) * rng.random()
                    began = time.perf_counter()
                    session.execute(
                        "SELECT ledger_balance_before(%s, %s)", [account(), moment], prepare=True
                    ).fetchone()
                    taken.append((time.perf_counter() - began) * 1000)
                return round(statistics.median(taken), 3)

            return {
                "balance_at_ms": median(lambda: wallet(rng.randint(2, ACCOUNTS))),
                "balance_at_hot_ms": median(lambda: wallet(1)),
                "balance_at_without_floor_ms": median(lambda: rail(1)),
            }

    def size(self) -> None:
        """Bytes of entries and transfers with all their indexes, for each transfer."""
        with self.connect(role=OWNER) as session:
            row = session.execute(
                "SELECT pg_total_relation_size('ledger_entry') + pg_total_relation_size('ledger_transfer')"
            ).fetchone()
        self.figures["bytes_per_transfer"] = round((row[0] if row else 0) / max(1, self.count()), 1)

    def verify(self) -> None:
        """The books must be true after all that."""
        from pamoja.kernel.ledger.public import invariants

        with self.connect() as session:
            session.execute("SET work_mem = '64MB'")
            broken = [each.name for each in invariants() if session.execute(each.sql).fetchall()]
        self.figures["invariants_broken"] = broken


def batch_of(moves: list[tuple[UUID, UUID]]) -> list[Any]:
    """The arguments of one batch call."""
    from pamoja.foundation.money import Money
    from pamoja.kernel.ledger.actions.posting import batch_arguments
    from pamoja.kernel.ledger.public import AccountId, Posting, Transfer

    amount = Money(100, "KES")
    return batch_arguments(
        [
            Posting(
                key=str(ids.new_id()),
                transfers=[Transfer(AccountId(debit), AccountId(credit), amount)],
                description="contribution",
            )
            for debit, credit in moves
        ],
        datetime.now(UTC),
    )


def fill(session: psycopg.Connection[Any], count: int, rng: random.Random) -> None:
    """So many transfers between random accounts, a tenth of them from one rail, a tenth into one wallet."""
    from pamoja.kernel.ledger.actions.posting import BATCH as CALL

    for begin in range(0, count, BATCH):
        moves = []
        for _ in range(min(BATCH, count - begin)):
            a, b = rng.sample(range(2, ACCOUNTS + 1), 2)
            kind = rng.random()
            moves.append((rail(1) if kind < 0.1 else wallet(a), wallet(1) if kind > 0.9 else wallet(b)))
        session.execute(CALL, batch_of(moves))


def main() -> None:
    """Run everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5, help="of each run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--transfers", type=int, default=1_000_000, help="to grow to")
    options = parser.parse_args()
    folder = ROOT / "var" / "bench-ledger"
    server = EmbeddedPostgres(folder, durable=True, default_port=8310)
    server.prepare()
    server.launch()
    server.wait()
    try:
        databases = Databases(server.superuser_url())
        os.environ |= {"PAMOJA_ENVIRONMENT": "test", "PAMOJA_LOG_LEVEL": "WARNING", "PAMOJA_DATA": str(folder)}
        os.environ |= {**databases.settings(LEDGER), "DJANGO_SETTINGS_MODULE": "pamoja.site.settings"}
        databases.template()
        django.setup()
        bench = Bench(options, databases)
        began = time.monotonic()
        for step in (
            bench.stage,
            bench.begin,
            bench.singles,
            bench.latency,
            bench.batches,
            bench.writer,
            bench.grow,
            bench.size,
            bench.verify,
        ):
            step()
            print(
                f"{step.__name__:10} {timedelta(seconds=round(time.monotonic() - began))}", file=sys.stderr, flush=True
            )
        report(bench.figures)
        for name in (LEDGER, BY_HAND):
            databases.drop(name)
    finally:
        server.stop()


def report(figures: dict[str, Any]) -> None:
    """A table for people, a line for programs."""
    figures["cores"], figures["load"] = os.cpu_count(), [round(each, 1) for each in os.getloadavg()]
    figures["machine"] = f"{platform.system()} {platform.machine()}, PostgreSQL with fsync on"
    for name, value in figures.items():
        sign, target = TARGETS.get(name, ("", None))
        verdict = (
            "" if target is None else ("ok" if (value >= target) == (sign == ">=") or value == target else "MISSED")
        )
        print(f"{name:32} {value!s:>12}  {sign} {target if target is not None else ''}  {verdict}".rstrip())
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
