"""Where every shilling went: what M-PESA, the ledger and the circle say, side by side for each member."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Sum

from pamoja.foundation.actions import SYSTEM
from pamoja.foundation.money import Money
from pamoja.kernel.identity.public import Member
from pamoja.kernel.ledger.public import StatementLine, account_of, balance, statement, trial_balance, verify
from pamoja.products.savings.models import Circle, Contribution, RoundPayout
from pamoja.products.savings.public import draw_evidence

LONG_AGO, LONG_AFTER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
CODE = "KES"


@dataclass(frozen=True)
class MemberBooks:
    """One member's money by three witnesses. Units: cents.

    `*_said` is M-PESA's statement, `*_posted` the ledger's of the wallet, `*_kept` the circle's own rows.
    """

    name: str
    in_said: int
    in_posted: int
    out_said: int
    out_posted: int
    contributed_posted: int
    contributed_kept: int
    received_posted: int
    received_kept: int
    fees_posted: int
    fees_kept: int
    shared_posted: int
    wallet: int

    def cells(self) -> list[str]:
        """The member's row of the table."""
        shown = (
            self.in_said,
            self.out_said,
            self.contributed_kept,
            self.fees_kept,
            self.received_kept,
            self.shared_posted,
            self.wallet,
            self.differences,
        )
        return [self.name, *(Money(minor, CODE).figure for minor in shown)]

    @property
    def differences(self) -> int:
        """How far the witnesses are apart; nothing when every shilling is accounted for."""
        flows = self.in_posted - self.out_posted - self.contributed_posted - self.fees_posted
        return (
            abs(self.in_said - self.in_posted)
            + abs(self.out_said - self.out_posted)
            + abs(self.contributed_posted - self.contributed_kept)
            + abs(self.received_posted - self.received_kept)
            + abs(self.fees_posted - self.fees_kept)
            + abs(flows + self.received_posted + self.shared_posted - self.wallet)
        )


@dataclass(frozen=True)
class Proof:
    """Each member's books, what is left with the circle, and whether the whole adds up. Units: cents."""

    members: list[MemberBooks]
    rounds_paid: int
    paid_in: int
    paid_out: int
    late_fees: int
    left_in_pot: int
    left_in_fees: int
    merchant_said: int
    merchant_posted: int
    sandbox_unaccounted: int
    books_balance: bool
    broken_invariants: list[str]
    draw_holds: bool

    @property
    def unaccounted_minor(self) -> int:
        """Everything that any two witnesses disagree about."""
        return (
            sum(each.differences for each in self.members)
            + abs(self.paid_in - self.paid_out - self.left_in_pot)
            + abs(self.merchant_said - self.merchant_posted)
            + abs(self.left_in_fees)
            + abs(self.left_in_pot)
            + self.sandbox_unaccounted
        )

    @property
    def holds(self) -> bool:
        sound = self.books_balance and not self.broken_invariants and self.draw_holds
        return sound and self.unaccounted_minor == 0

    def lines(self) -> list[str]:
        """The proof as a person reads it."""
        columns = [
            "member",
            "M-PESA in",
            "M-PESA out",
            "paid in",
            "late fees",
            "received",
            "shares",
            "wallet",
            "differs",
        ]
        rows = [columns, *(each.cells() for each in self.members)]
        widths = [max(len(row[place]) for row in rows) for place in range(len(columns))]
        table = [
            "  ".join(
                cell.ljust(width) if place == 0 else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        ]
        invariants = f"are BROKEN: {self.broken_invariants}" if self.broken_invariants else "all hold"
        return [
            *table,
            "",
            f"Into pots {_shown(self.paid_in)}, out of them {_shown(self.paid_out)}, left {_shown(self.left_in_pot)}.",
            f"Late fees {_shown(self.late_fees)}, shared among all; left {_shown(self.left_in_fees)}.",
            f"For the community M-PESA holds {_shown(self.merchant_said)}; the ledger: {_shown(self.merchant_posted)}.",
            f"The trial balance is {'zero' if self.books_balance else 'NOT zero'}.",
            f"The ledger's invariants {invariants}.",
            f"The draw {'fits' if self.draw_holds else 'does NOT fit'} its commitment.",
        ]


def prove(circle_id: UUID, people: dict[str, Member], movements: dict[str, Any]) -> Proof:
    """Ask the three witnesses. `movements` is what the sandbox's statement says."""
    circle = Circle.objects.get(pk=circle_id)
    said = movements["movements"]
    paid = Contribution.objects.filter(circle=circle, state="paid")
    rail = account_of(owner="rail:mpesa", purpose=RAIL_PURPOSE, currency=CODE)
    return Proof(
        members=[_books(circle, member, phone, said) for phone, member in people.items()],
        rounds_paid=RoundPayout.objects.filter(circle=circle, kind="pot").count(),
        paid_in=_sum(paid, "amount_minor"),
        paid_out=_sum(RoundPayout.objects.filter(circle=circle), "amount_minor"),
        late_fees=_sum(Contribution.objects.filter(circle=circle, state__in=["paid", "refunded"]), "late_fee_minor"),
        left_in_pot=_held(circle, "pot"),
        left_in_fees=_held(circle, "late_fees"),
        merchant_said=_moved(said, "in") - _moved(said, "out"),
        merchant_posted=-balance(rail).posted.amount_minor if rail else 0,
        sandbox_unaccounted=movements["proof"]["unaccounted_kes"] * 100,
        books_balance=trial_balance().balances,
        broken_invariants=[each.invariant.name for each in verify()],
        draw_holds=all(each.holds for each in draw_evidence(circle.pk, SYSTEM)),
    )


RAIL_PURPOSE = "clearing"


def _books(circle: Circle, member: Member, phone: str, said: list[dict[str, Any]]) -> MemberBooks:
    wallet = account_of(owner=f"member:{member.pk}", purpose="wallet", currency=CODE)
    lines = list(statement(wallet, LONG_AGO, LONG_AFTER).lines) if wallet else []
    own = [each for each in said if each["msisdn"] == phone.removeprefix("+")]
    contributions = Contribution.objects.filter(circle=circle, seat__member=member)
    payouts = RoundPayout.objects.filter(circle=circle, recipient__member=member)
    return MemberBooks(
        name=member.name,
        in_said=_moved(own, "in"),
        in_posted=_over_rail(lines, came=True),
        out_said=_moved(own, "out"),
        out_posted=_over_rail(lines, came=False),
        contributed_posted=_posted(lines, "contribution") - _posted(lines, "refund"),
        contributed_kept=_sum(contributions.filter(state="paid"), "amount_minor"),
        received_posted=_posted(lines, "pot") + _posted(lines, "arrears"),
        received_kept=_sum(payouts, "amount_minor"),
        fees_posted=_posted(lines, "late fee"),
        fees_kept=_sum(contributions.filter(state__in=["paid", "refunded"]), "late_fee_minor"),
        shared_posted=_posted(lines, "share of late fees"),
        wallet=balance(wallet).posted.amount_minor if wallet else 0,
    )


def _posted(lines: list[StatementLine], note: str) -> int:
    return sum(abs(line.amount_minor) for line in lines if line.note == note)


def _over_rail(lines: list[StatementLine], *, came: bool) -> int:
    crossed = [line.amount_minor for line in lines if line.counterparty.startswith("rail:")]
    return sum(abs(amount_minor) for amount_minor in crossed if (amount_minor > 0) == came)


def _moved(movements: list[dict[str, Any]], direction: str) -> int:
    return sum(int(each["amount_kes"]) for each in movements if each["direction"] == direction) * 100


def _held(circle: Circle, purpose: str) -> int:
    account = account_of(owner=circle.ledger_owner, purpose=purpose, currency=circle.currency)
    return balance(account).posted.amount_minor if account else 0


def _sum(rows: Any, column: str) -> int:
    return int(rows.aggregate(total=Sum(column))["total"] or 0)


def _shown(minor: int) -> str:
    return Money(minor, CODE).text
