"""A circle's terms: what may be chosen, and what can still change after people have joined."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pamoja.foundation.money import Money
from pamoja.products.savings.errors import CircleSettingInvalid
from pamoja.products.savings.rules import money

NAME_LENGTH_MAX = 80
DESCRIPTION_LENGTH_MAX = 500
RULES_LENGTH_MAX = 4000
ROUNDS_MAX = 400

# Whoever joined agreed to these: when one of them changes, everybody accepts anew; after the start none can change.
BINDING = frozenset(
    {
        "rules_text",
        "amount",
        "frequency",
        "turns",
        "members_max",
        "order_by",
        "allows_swaps",
        "first_due_on",
        "late_fee",
        "grace_days",
        "shortfall_rule",
        "shortfall_after_days",
    }
)
FREE = frozenset({"name", "description", "visibility"})


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Everything that somebody chooses who makes a circle."""

    name: str
    amount: Money
    frequency: str
    members_max: int
    first_due_on: date
    description: str = ""
    rules_text: str = ""
    turns: int = 1
    visibility: str = "private"
    order_by: str = "draw"
    allows_swaps: bool = True
    late_fee: Money | None = None
    grace_days: int = 3
    shortfall_rule: str = "wait"
    shortfall_after_days: int = 7

    @property
    def late_fee_minor(self) -> int:
        return self.late_fee.amount_minor if self.late_fee else 0


def check_terms(terms: Terms, *, today: date) -> None:
    """Raises: CircleSettingInvalid for the first field that cannot be, in the order in which a form asks for them."""
    for field, is_wrong, problem in (*_checks(terms, today), *_checks_of_agreement(terms)):
        if is_wrong:
            raise CircleSettingInvalid(field=field, problem=problem)


def changes_agreement(fields: Iterable[str]) -> bool:
    """Whether a change of these fields asks everybody to accept the rules anew."""
    return not BINDING.isdisjoint(fields)


def _checks(terms: Terms, today: date) -> Iterable[tuple[str, bool, str]]:
    yield "name", not terms.name.strip(), "Please give the circle a name"
    yield "name", len(terms.name) > NAME_LENGTH_MAX, f"A name has at most {NAME_LENGTH_MAX} characters"
    yield (
        "description",
        len(terms.description) > DESCRIPTION_LENGTH_MAX,
        f"A description has at most {DESCRIPTION_LENGTH_MAX} characters",
    )
    yield "amount", terms.amount.amount_minor <= 0, "The amount must be more than nothing"
    yield "amount", terms.amount.amount_minor > money.AMOUNT_MINOR_MAX, "This amount is too large for a circle"
    yield "amount", terms.amount.currency == "CREDIT", "A circle saves money, not credits"
    yield "frequency", terms.frequency not in {"weekly", "monthly"}, "Choose every week or every month"
    yield (
        "members_max",
        not money.MEMBERS_MIN <= terms.members_max <= money.MEMBERS_MAX,
        f"A circle has from {money.MEMBERS_MIN} to {money.MEMBERS_MAX} members",
    )
    yield (
        "turns",
        not 1 <= terms.turns <= money.TURNS_MAX,
        f"Everybody receives from once to {money.TURNS_MAX} times",
    )
    yield (
        "turns",
        terms.turns * terms.members_max > ROUNDS_MAX,
        f"That would be more than {ROUNDS_MAX} rounds",
    )
    yield "first_due_on", terms.first_due_on < today, "The first due day cannot be in the past"
    yield "first_due_on", terms.first_due_on.year > today.year + 5, "The first due day is too far away"


def _checks_of_agreement(terms: Terms) -> Iterable[tuple[str, bool, str]]:
    fee = terms.late_fee or Money.zero(terms.amount.currency)
    yield "order_by", terms.order_by not in {"draw", "manual"}, "Choose how the order comes about"
    yield "visibility", terms.visibility not in {"private", "open"}, "Choose who can find the circle"
    yield "late_fee", fee.currency != terms.amount.currency, "The late fee is in the circle's currency"
    yield "late_fee", fee.amount_minor < 0, "A late fee cannot be less than nothing"
    yield (
        "late_fee",
        fee.amount_minor > terms.amount.amount_minor,
        "A late fee is at most as much as the contribution",
    )
    yield (
        "grace_days",
        not 0 <= terms.grace_days <= money.GRACE_DAYS_MAX,
        f"Grace is from 0 to {money.GRACE_DAYS_MAX} days",
    )
    yield (
        "shortfall_rule",
        terms.shortfall_rule not in {"wait", "pay_what_is_in"},
        "Choose what happens to a short pot",
    )
    yield (
        "shortfall_after_days",
        not 1 <= terms.shortfall_after_days <= money.SHORTFALL_DAYS_MAX,
        f"A short pot goes out after 1 to {money.SHORTFALL_DAYS_MAX} days",
    )
    yield "rules_text", len(terms.rules_text) > RULES_LENGTH_MAX, f"Rules have at most {RULES_LENGTH_MAX} characters"
