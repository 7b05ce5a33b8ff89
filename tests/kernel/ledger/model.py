"""A ledger in plain Python, as slow and as plain as can be: what the real one is compared with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Answer = tuple[str, Any]  # what was said, and the number of an entry or hold, or why not


@dataclass(frozen=True)
class Ask:
    """Something asked of both ledgers. `what` is the deed; the rest is its body."""

    what: str
    key: str
    moves: tuple[tuple[int, int, int], ...] = ()  # (debit, credit, amount), by account
    account: int = 0
    amount: int | None = None
    target: int = 0  # which hold or entry, counted from the first
    expires_at: int | None = None
    asks: tuple[Ask, ...] = ()  # of a batch
    linked: bool = False


@dataclass
class Account:
    """With a floor or without."""

    floor: int | None
    balance: int = 0
    held: int = 0
    movements: int = 0


@dataclass
class Hold:
    """Money set aside."""

    account: int
    amount: int
    expires_at: int | None
    captured: int = 0
    state: str = "open"

    @property
    def left(self) -> int:
        return self.amount - self.captured if self.state == "open" else 0


@dataclass
class Model:
    """The whole ledger. Entries and holds are numbered in the order in which they came to be."""

    accounts: list[Account]
    now: int = 0
    keys: dict[str, tuple[Ask, Answer]] = field(default_factory=dict)
    entries: list[tuple[tuple[int, int, int], ...]] = field(default_factory=list)
    reversed: dict[int, str] = field(default_factory=dict)
    holds: list[Hold] = field(default_factory=list)

    def answer(self, ask: Ask) -> Any:
        """Do what is asked, and say what the real ledger must say."""
        if ask.what == "batch":
            return self._batch(ask.asks)
        if ask.what == "expire":
            return self._expire()
        if wrong := self._wrong(ask):
            return (wrong, None)
        if ask.key in self.keys:
            return self._again(ask)
        said, remembered = getattr(self, f"_{ask.what}")(ask)
        if remembered:
            self.keys[ask.key] = (ask, said)
        return said

    def _again(self, ask: Ask) -> Answer:
        before, said = self.keys[ask.key]
        if before != ask:
            return ("KeyReused", None)
        return ("replayed", said[1]) if said[0] == "posted" else said

    def _wrong(self, ask: Ask) -> str:
        """What is wrong with it in itself, whatever the books say; the first thing met."""
        same = [debit == credit for debit, credit, _ in ask.moves]
        rows = [
            ("EntryUnknown", ask.what == "reverse" and ask.target >= len(self.entries)),
            ("HoldUnknown", ask.what in {"capture", "release"} and ask.target >= len(self.holds)),
            ("AccountWithoutFloor", ask.what == "hold" and self.accounts[ask.account].floor is None),
            ("OneAccount", ask.what == "capture" and ask.account == self._account_held(ask.target)),
            ("AmountNotPositive", ask.amount is not None and ask.amount <= 0),
            *(
                row
                for (_, _, amount), alike in zip(ask.moves, same, strict=True)
                for row in (("OneAccount", alike), ("AmountNotPositive", amount <= 0))
            ),
        ]
        return next((name for name, is_so in rows if is_so), "")

    def _account_held(self, target: int) -> int | None:
        return self.holds[target].account if target < len(self.holds) else None

    def _move(self, moves: tuple[tuple[int, int, int], ...]) -> tuple[str, Any] | None:
        """All or none; what stops them."""
        done: list[tuple[int, int, int]] = []
        for debit, credit, amount in moves:
            source, target = self.accounts[debit], self.accounts[credit]
            available = source.balance - source.held - (source.floor or 0)
            if source.floor is not None and available < amount:
                for undo_debit, undo_credit, undo in reversed(done):
                    self._shift(undo_credit, undo_debit, undo, -1)
                return ("InsufficientFunds", available)
            assert target is not source
            self._shift(debit, credit, amount, 1)
            done.append((debit, credit, amount))
        return None

    def _shift(self, debit: int, credit: int, amount: int, step: int) -> None:
        self.accounts[debit].balance -= amount
        self.accounts[credit].balance += amount
        self.accounts[debit].movements += step
        self.accounts[credit].movements += step

    def _enter(self, moves: tuple[tuple[int, int, int], ...]) -> Answer:
        self.entries.append(moves)
        return ("posted", len(self.entries) - 1)

    def _post(self, ask: Ask) -> tuple[Answer, bool]:
        if refused := self._move(ask.moves):
            return refused, True
        return self._enter(ask.moves), True

    def _reverse(self, ask: Ask) -> tuple[Answer, bool]:
        if ask.target in self.reversed:
            return ("AlreadyReversed", None), True
        moves = tuple((credit, debit, amount) for debit, credit, amount in reversed(self.entries[ask.target]))
        if refused := self._move(moves):
            return refused, True
        self.reversed[ask.target] = ask.key
        return self._enter(moves), True

    def _hold(self, ask: Ask) -> tuple[Answer, bool]:
        account = self.accounts[ask.account]
        available = account.balance - account.held - (account.floor or 0)
        assert ask.amount is not None
        if available < ask.amount:
            return ("InsufficientFunds", available), True
        account.held += ask.amount
        self.holds.append(Hold(ask.account, ask.amount, ask.expires_at))
        return ("posted", len(self.holds) - 1), True

    def _ended(self, hold: Hold) -> str:
        if hold.state != "open":
            return hold.state
        return "expired" if hold.expires_at is not None and hold.expires_at <= self.now else ""

    def _capture(self, ask: Ask) -> tuple[Answer, bool]:
        hold = self.holds[ask.target]
        if ended := self._ended(hold):
            return ("HoldEnded", ended), True
        amount = hold.left if ask.amount is None else ask.amount
        if amount > hold.left:
            return ("HoldExceeded", hold.left), True
        hold.captured += amount
        self.accounts[hold.account].held -= amount
        if hold.captured == hold.amount:
            hold.state = "captured"
        move = (hold.account, ask.account, amount)
        assert self._move((move,)) is None
        return self._enter((move,)), True

    def _release(self, ask: Ask) -> tuple[Answer, bool]:
        hold = self.holds[ask.target]
        if hold.state != "open":
            return ("HoldEnded", hold.state), True
        self.accounts[hold.account].held -= hold.left
        hold.state = "released"
        return ("posted", None), True

    def _expire(self) -> int:
        due = [each for each in self.holds if each.state == "open" and self._ended(each)]
        for each in due:
            self.accounts[each.account].held -= each.left
            each.state = "expired"
        return len(due)

    def _batch(self, asks: tuple[Ask, ...]) -> list[Answer]:
        answers: list[Answer] = []
        chain: list[Ask] = []
        for ask in asks:
            chain.append(ask)
            if not ask.linked or ask is asks[-1]:
                answers += self._chain(chain)
                chain = []
        return answers

    def _chain(self, chain: list[Ask]) -> list[Answer]:
        bodies = [Ask(what="post", key=ask.key, moves=ask.moves) for ask in chain]
        wrong = next(((place, why) for place, body in enumerate(bodies) if (why := self._wrong(body))), None)
        if wrong:
            return [(wrong[1], None) if place == wrong[0] else ("LinkedRefused", None) for place in range(len(bodies))]
        known = [
            body.key in self.keys or body.key in {each.key for each in bodies[:place]}
            for place, body in enumerate(bodies)
        ]
        if all(known):
            return [self._again(body) for body in bodies]
        if any(known):
            return [("KeyReused", None) if old else ("LinkedRefused", None) for old in known]
        for place, body in enumerate(bodies):
            if refused := self._move(body.moves):
                for done in reversed(bodies[:place]):
                    for debit, credit, amount in reversed(done.moves):
                        self._shift(credit, debit, amount, -1)
                said = [refused if each is body else ("LinkedRefused", None) for each in bodies]
                self.keys |= {each.key: (each, answer) for each, answer in zip(bodies, said, strict=True)}
                return said
        said = [self._enter(body.moves) for body in bodies]
        self.keys |= {body.key: (body, answer) for body, answer in zip(bodies, said, strict=True)}
        return said
