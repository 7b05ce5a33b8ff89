"""The demo's circles: one in its fourth month, one in its third week of turns, and two that still gather."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from pamoja.foundation.actions import Actor
from pamoja.foundation.money import Money
from pamoja.products.savings.public import (
    Circle,
    Terms,
    create_circle,
    invite,
    join_by_invitation,
    make_announcement,
    start_circle,
    write_post,
)

Asked = Callable[[str], Actor]
MARKET_ROUNDS, RIDERS_ROUNDS = 4, 5

MARKET_WOMEN = (
    "Faith", "Amina", "Brian", "Joseph", "Njeri", "Peter", "Zuhura", "Samuel", "Lucy", "Ali", "Grace", "Mercy",
)  # fmt: skip
RIDERS = ("Brian", "Peter", "Samuel", "Lucy", "Ali", "Amina")
RULES = "We pay on the day. Who cannot, says so in the meeting before it. What is said in the circle stays in it."


def market_women(asked: Asked, today: date) -> None:
    """Twelve who put in KSh 5,000 a month; the fourth round is due tomorrow."""
    circle = create_circle(
        by=asked("Faith"),
        terms=Terms(
            name="Market Women of Nakuru",
            description="Twelve traders of the Wakulima market. The pot buys stock, a stall roof, a freezer.",
            rules_text=RULES,
            amount=Money(500_000, "KES"),
            frequency="monthly",
            members_max=12,
            first_due_on=due_days_of_market_women(today)[0],
            late_fee=Money(15_000, "KES"),
            shortfall_rule="pay_what_is_in",
        ),
    )
    _gather(circle, asked("Faith"), asked, MARKET_WOMEN[1:], by_hand="Amina")
    start_circle(by=asked("Faith"), circle_id=circle.pk)


def on_the_board(asked: Asked) -> None:
    """What the market women say to each other; the last of it is new to the demo's heroine."""
    circle_id = Circle.objects.get(name="Market Women of Nakuru").pk
    said = "We meet on Sunday at four, at Grace's stall. Bring your contribution books: we go through the year so far."
    make_announcement(by=asked("Faith"), circle_id=circle_id, body=said)
    asking = write_post(by=asked("Lucy"), circle_id=circle_id, body="Does anybody know a good carpenter for a stall?")
    write_post(
        by=asked("Joseph"),
        circle_id=circle_id,
        body="My cousin made mine, and it stood the rains. I send you his number.",
        answers_id=asking.pk,
    )


def riders(asked: Asked, today: date) -> None:
    """Six who put in KSh 1,000 a week; this week's is three days old and one has not paid."""
    circle = create_circle(
        by=asked("Brian"),
        terms=Terms(
            name="Boda riders, weekly",
            description="A tyre, a service, a helmet: every Wednesday one of six takes the pot.",
            rules_text=RULES,
            amount=Money(100_000, "KES"),
            frequency="weekly",
            members_max=6,
            turns=2,
            first_due_on=due_days_of_riders(today)[0],
            late_fee=Money(5_000, "KES"),
            grace_days=1,
        ),
    )
    _gather(circle, asked("Brian"), asked, RIDERS[1:])
    start_circle(by=asked("Brian"), circle_id=circle.pk)


def school_fees(asked: Asked, today: date) -> str:
    """Open to everybody, and still gathering; the code to join with."""
    circle = create_circle(
        by=asked("Joseph"),
        terms=Terms(
            name="School fees, January term",
            description="Eight parents, so that January is nobody's worst month. Two places are left.",
            rules_text=RULES,
            amount=Money(250_000, "KES"),
            frequency="monthly",
            members_max=8,
            first_due_on=today + timedelta(days=14),
            visibility="open",
        ),
    )
    _gather(circle, asked("Joseph"), asked, ("Njeri", "Zuhura", "Mercy", "Ali", "Grace"))
    return invite(by=asked("Joseph"), circle_id=circle.pk, days=30, uses_max=8).shown_code


def house_deposit(asked: Asked, today: date) -> str:
    """Four friends in London who gather; the code to join with."""
    circle = create_circle(
        by=asked("Adaeze"),
        terms=Terms(
            name="House deposit",
            description="£200 a month each, and a deposit comes within reach.",
            rules_text=RULES,
            amount=Money(20_000, "GBP"),
            frequency="monthly",
            members_max=10,
            first_due_on=today + timedelta(days=21),
            visibility="open",
            order_by="manual",
        ),
    )
    _gather(circle, asked("Adaeze"), asked, ("Kwame", "Temi"))
    return invite(by=asked("Adaeze"), circle_id=circle.pk, days=90, uses_max=8).shown_code


def _gather(circle: Circle, organiser: Actor, asked: Asked, names: Sequence[str], *, by_hand: str = "") -> None:
    invitation = invite(by=organiser, circle_id=circle.pk, uses_max=len(names))
    for name in names:
        join_by_invitation(
            by=asked(name),
            code=invitation.code,
            rules_version=circle.rules_version,
            pays_automatically=name != by_hand,
        )


def due_days(today: date) -> list[date]:
    """Every day until tomorrow on which a running circle's contributions are due."""
    return sorted({*due_days_of_market_women(today), *due_days_of_riders(today)})


def due_days_of_market_women(today: date) -> list[date]:
    """Monthly, the last one tomorrow."""
    return [months_before(today + timedelta(days=1), back) for back in reversed(range(MARKET_ROUNDS))]


def due_days_of_riders(today: date) -> list[date]:
    """Weekly, the last one three days ago."""
    return [today - timedelta(days=3 + 7 * back) for back in reversed(range(RIDERS_ROUNDS))]


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
