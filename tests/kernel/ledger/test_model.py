"""The ledger in PostgreSQL does what a ledger in plain Python does"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from pamoja.foundation import clock
from pamoja.foundation.errors import Refusal
from pamoja.kernel.communities.public import entered
from pamoja.kernel.ledger.actions.keeping import roll_up
from pamoja.kernel.ledger.models import Account, JournalEntry
from pamoja.kernel.ledger.models import Hold as HoldRow
from pamoja.kernel.ledger.public import (
    AccountId,
    Entry,
    EntryId,
    HoldId,
    Posting,
    Transfer,
    balance_at,
    balances,
    capture,
    expire_holds,
    hold,
    post,
    post_batch,
    release,
    reverse,
    trial_balance,
)
from pamoja.kernel.ledger.queries.verifying import verify
from tests.harness.thoroughness import IS_LONG, examples
from tests.kernel.ledger.cast import new_community, opened, shillings
from tests.kernel.ledger.model import Account as ModelAccount
from tests.kernel.ledger.model import Ask, Model
from tests.kernel.ledger.racing import all_at_once, committed, storm

# In the long form (`make test-long`) each run tries others, and a failure is made as small as can be.
FLOORS = [None, None, 0, 0, 0, -300]

accounts = st.integers(0, len(FLOORS) - 1)
amounts = st.one_of(st.integers(1, 400), st.sampled_from([-1, 0, 1, 10**12]))
# Few keys, so that they collide; mostly a fresh one all the same.
keys = st.one_of(st.integers(0, 10**9), st.integers(0, 6)).map(str)
moves = st.lists(st.tuples(accounts, accounts, amounts), min_size=1, max_size=3).map(tuple)
targets = st.integers(0, 12)
times = st.one_of(st.none(), st.integers(0, 40))

posts = st.builds(Ask, what=st.just("post"), key=keys, moves=moves)
fills = st.builds(
    Ask, what=st.just("post"), key=keys, moves=st.tuples(st.tuples(st.just(0), accounts, st.integers(1, 900)))
)
holds = st.builds(Ask, what=st.just("hold"), key=keys, account=accounts, amount=amounts, expires_at=times)
captures = st.builds(
    Ask, what=st.just("capture"), key=keys, account=accounts, target=targets, amount=st.one_of(st.none(), amounts)
)
releases = st.builds(Ask, what=st.just("release"), key=keys, target=targets)
reversals = st.builds(Ask, what=st.just("reverse"), key=keys, target=targets)
parts = st.builds(Ask, what=st.just("post"), key=keys, moves=moves, linked=st.booleans())
batches = st.builds(
    Ask, what=st.just("batch"), key=st.just(""), asks=st.lists(parts | fills, min_size=1, max_size=6).map(tuple)
)
singles = posts | fills | holds | captures | releases | reversals


class Books(RuleBasedStateMachine):
    """Asks both ledgers the same and compares their answers and their books after every step."""

    @initialize()
    def open(self) -> None:
        """A community of its own, so that what is committed here meets nothing else."""
        self.entering = entered(new_community())
        self.entering.__enter__()
        self.start = clock.now()
        self.model = Model([ModelAccount(floor) for floor in FLOORS])
        self.ids = [opened(f"member:{place}", floor_minor=floor) for place, floor in enumerate(FLOORS)]
        self.entries: dict[int, EntryId] = {}
        self.holds: dict[int, HoldId] = {}

    @rule(ask=singles)
    def one(self, ask: Ask) -> None:
        """One deed."""
        self.compare(self.model.answer(ask), self.said(ask))

    @rule(ask=singles)
    def twice(self, ask: Ask) -> None:
        """The same deed again is answered the same."""
        for _ in range(2):
            self.compare(self.model.answer(ask), self.said(ask))

    @rule(ask=batches)
    def batch(self, ask: Ask) -> None:
        """Many entries in one call."""
        for expected, said in zip(self.model.answer(ask), self.said(ask), strict=True):
            self.compare(expected, said)

    @rule(first=singles | batches, second=singles | batches)
    def both_at_once(self, first: Ask, second: Ask) -> None:
        """Two deeds at the same time end as if one had come after the other."""
        said = all_at_once(self.deed(first), self.deed(second))
        orders = []
        for asks in ((first, second), (second, first)):
            model = copy.deepcopy(self.model)
            expected = {id(ask): model.answer(ask) for ask in asks}
            orders.append((model, [expected[id(first)], expected[id(second)]]))
        fitting = [(model, expected) for model, expected in orders if self.fits(expected, said)]
        assert fitting, f"{said} is neither {orders[0][1]} nor {orders[1][1]}"
        for model, expected in fitting:
            if self.state(model) == self.state_of_books():
                self.model = model
                self.learn(expected, said)
                return
        raise AssertionError(f"no order of {first} and {second} explains the books")

    @rule(minutes=st.integers(1, 15))
    def time_passes(self, minutes: int) -> None:
        """Holds come to their end, though nobody has swept them yet."""
        self.model.now += minutes
        clock.turn_by(clock.offset() + timedelta(minutes=minutes))

    @rule()
    def sweep(self) -> None:
        """Ended holds are given back."""
        assert self.model.answer(Ask(what="expire", key="")) == committed(expire_holds)

    @rule()
    def keep_sums(self) -> None:
        """Rolling up changes no balance."""
        storm(roll_up)

    @invariant()
    def books_agree(self) -> None:
        """Balances, holds and movements are those of the model."""
        if hasattr(self, "model"):
            assert self.state(self.model) == self.state_of_books()
            assert trial_balance().balances

    def teardown(self) -> None:
        """In the end the verifier agrees too, and the past is what it was."""
        if hasattr(self, "model"):
            try:
                assert verify() == []
                for place, account in enumerate(self.ids):
                    later = clock.now() + timedelta(days=1)
                    assert balance_at(account, later).amount_minor == self.model.accounts[place].balance
            finally:
                self.entering.__exit__(None, None, None)

    def said(self, ask: Ask) -> Any:
        """What the real ledger says."""
        return committed(self.deed(ask))

    def deed(self, ask: Ask) -> Any:
        """What is asked, as a call of the real ledger."""
        if ask.what == "batch":
            return lambda: post_batch(
                [
                    Posting(key=each.key, transfers=self.transfers(each), description="", linked=each.linked)
                    for each in ask.asks
                ]
            )
        if ask.what == "post":
            return lambda: post(key=ask.key, transfers=self.transfers(ask), description="")
        if ask.what == "hold":
            expires_at = None if ask.expires_at is None else self.start + timedelta(minutes=ask.expires_at)
            amount = shillings(ask.amount or 0)
            return lambda: hold(
                key=ask.key, account=self.ids[ask.account], amount=amount, expires_at=expires_at, description=""
            )
        if ask.what == "capture":
            money = None if ask.amount is None else shillings(ask.amount)
            target = self.holds.get(ask.target, HoldId(self.ids[0]))
            return lambda: capture(key=ask.key, hold_id=target, credit=self.ids[ask.account], amount=money)
        if ask.what == "release":
            return lambda: release(key=ask.key, hold_id=self.holds.get(ask.target, HoldId(self.ids[0])))
        entry = self.entries.get(ask.target, EntryId(self.ids[0]))
        return lambda: reverse(key=ask.key, entry_id=entry, description="")

    def transfers(self, ask: Ask) -> list[Transfer]:
        """The moves between real accounts."""
        return [Transfer(self.ids[debit], self.ids[credit], shillings(amount)) for debit, credit, amount in ask.moves]

    def compare(self, expected: Any, said: Any) -> None:
        """The same answer; what was made is known by its number from now on."""
        assert self.fits([expected], [said]), f"{said!r} is not {expected!r}"
        self.learn([expected], [said])

    def fits(self, expected: list[Any], said: list[Any]) -> bool:
        """Whether these answers are those."""
        for wanted, given in zip(expected, said, strict=True):
            if isinstance(wanted, list):
                if not self.fits(wanted, given):
                    return False
                continue
            word, about = wanted
            if isinstance(given, Refusal):
                if type(given).__name__ != word or self.why(given) != about:
                    return False
            elif isinstance(given, Entry):
                known = self.entries.get(about, given.id) if about is not None else given.id
                if word != ("replayed" if given.replayed else "posted") or known != given.id:
                    return False
            elif word not in {"posted", "replayed"} or self.holds.get(about, given) != given:
                return False
        return True

    def learn(self, expected: list[Any], said: list[Any]) -> None:
        """Remember the real numbers of entries and holds."""
        for wanted, given in zip(expected, said, strict=True):
            if isinstance(wanted, list):
                self.learn(wanted, given)
            elif isinstance(given, Entry) and wanted[1] is not None:
                self.entries[wanted[1]] = given.id
            elif not isinstance(given, Refusal | Entry):
                self.holds[wanted[1]] = given

    def why(self, refused: Refusal) -> Any:
        """What the model says of a refusal beside its name."""
        if "available" in refused.data:
            return refused.data["available"].amount_minor
        if "left" in refused.data:
            return refused.data["left"].amount_minor
        return refused.data.get("state")

    def state(self, model: Model) -> Any:
        """Everything that counts, of the model."""
        return (
            [(each.balance, each.held, each.movements if each.floor is not None else None) for each in model.accounts],
            sorted((each.amount, each.captured, each.state) for each in model.holds),
            len(model.entries),
        )

    def state_of_books(self) -> Any:
        """The same of the real books."""
        now = balances(self.ids)
        sequences = dict(Account.objects.values_list("id", "sequence"))
        return (
            [
                (
                    now[AccountId(each)].posted.amount_minor,
                    now[AccountId(each)].held.amount_minor,
                    sequences[each] if FLOORS[place] is not None else None,
                )
                for place, each in enumerate(self.ids)
            ],
            sorted(HoldRow.objects.values_list("amount_minor", "captured_minor", "state")),
            JournalEntry.objects.filter(kind__in=["post", "reverse", "capture"]).count(),
        )


@pytest.fixture
def _time_comes_back() -> Iterator[None]:
    before = clock.offset()
    yield
    clock.turn_by(before)


@pytest.mark.usefixtures("shared_db", "_time_comes_back")
def test_every_step_agrees() -> None:
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=examples(7, long=1_000),
            phases=[Phase.generate, *([Phase.shrink] if IS_LONG else [])],
            derandomize=not IS_LONG,
            report_multiple_bugs=False,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            print_blob=IS_LONG,
        ),
    )
