"""Builders of circles for the specifications of savings; each takes only what differs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, IdempotencyKey
from pamoja.foundation.money import Money
from tests.world.cast import a_member, actor

if TYPE_CHECKING:
    from pamoja.kernel.identity.public import Member
    from pamoja.products.savings.public import Circle, CircleMember, Contribution, Round, Terms

NAMES = (
    "Amina Hassan",
    "Baraka Otieno",
    "Chiku Mwangi",
    "Daudi Kimani",
    "Esther Njeri",
    "Farid Ali",
    "Gathoni Wairimu",
)
_numbers = itertools.count(1)


def shillings(amount: int) -> Money:
    """Whole Kenyan shillings."""
    return Money(amount * 100, "KES")


def terms(**differs: Any) -> Terms:
    """Five thousand shillings a month, due for the first time in four days, in the order of a list."""
    from pamoja.products.savings.public import Terms

    usual: dict[str, Any] = {
        "name": "Harvest",
        "amount": shillings(5_000),
        "frequency": "monthly",
        "members_max": 12,
        "first_due_on": date(2026, 3, 6),
        "order_by": "manual",
    }
    return Terms(**(usual | differs))


@dataclass(frozen=True)
class Group:
    """A circle and the people in it; the first one organises it."""

    circle_id: UUID
    people: Sequence[Member]

    @property
    def circle(self) -> Circle:
        from pamoja.products.savings.public import Circle

        return Circle.objects.get(pk=self.circle_id)

    @property
    def organiser(self) -> Actor:
        return actor(self.people[0])

    def by(self, place: int) -> Actor:
        """The person on this place of the list, counted from 0, as one who does things."""
        return actor(self.people[place])

    def seat(self, place: int) -> CircleMember:
        from pamoja.products.savings.public import CircleMember

        return CircleMember.objects.get(circle=self.circle_id, member=self.people[place])

    def round(self, number: int) -> Round:
        from pamoja.products.savings.public import Round

        return Round.objects.select_related("recipient").get(circle=self.circle_id, number=number)

    def contribution(self, number: int, place: int) -> Contribution:
        """What this person pays into round `number`."""
        from pamoja.products.savings.public import Contribution

        return Contribution.objects.get(circle=self.circle_id, round__number=number, seat__member=self.people[place])


def a_group(members: int = 3, **differs: Any) -> Group:
    """A circle that gathers, with so many people in it."""
    from pamoja.products.savings.public import create_circle, invite, join_by_invitation

    people = [a_member(name) for name in itertools.islice(itertools.cycle(NAMES), members)]
    circle = create_circle(by=actor(people[0]), terms=terms(**differs))
    if members > 1:
        code = invite(by=actor(people[0]), circle_id=circle.pk, uses_max=members - 1).code
    for person in people[1:]:
        join_by_invitation(by=actor(person), code=code, rules_version=circle.rules_version)
    return Group(circle.pk, people)


def join(group: Group, person: Member, **differs: Any) -> CircleMember:
    """The person joins with a fresh invitation."""
    from pamoja.products.savings.public import invite, join_by_invitation

    code = invite(by=group.organiser, circle_id=group.circle_id).code
    return join_by_invitation(by=actor(person), code=code, **({"rules_version": group.circle.rules_version} | differs))


def a_running_group(members: int = 3, **differs: Any) -> Group:
    """A circle that has started, in which people receive in the order of the list."""
    from pamoja.products.savings.public import set_positions, start_circle

    group = a_group(members, **differs)
    if group.circle.order_by == "manual":
        set_positions(by=group.organiser, circle_id=group.circle_id, order=[each.pk for each in group.people])
    start_circle(by=group.organiser, circle_id=group.circle_id)
    return group


def fund(member: Member, amount: Money) -> None:
    """Puts money into the member's wallet, as a rail would."""
    from django.db import transaction

    from pamoja.kernel.ledger.public import Transfer, open_account, post, wallet_of

    with transaction.atomic():
        rail = open_account(owner="rail:test", purpose="clearing", currency=amount.currency, floor_minor=None)
        wallet = wallet_of(member.pk, amount.currency)
        post(key=f"test:{next(_numbers)}", transfers=[Transfer(rail, wallet, amount)], description="test")


def wallet(member: Member, code: str = "KES") -> Money:
    """What the member's wallet holds."""
    from pamoja.kernel.ledger.public import account_of, balance

    account = account_of(owner=f"member:{member.pk}", purpose="wallet", currency=code)
    return balance(account).posted if account else Money.zero(code)


def kept(group: Group, purpose: str = "pot") -> Money:
    """What the circle's pot (or its `late_fees`) holds."""
    from pamoja.kernel.ledger.public import account_of, balance

    circle = group.circle
    account = account_of(owner=circle.ledger_owner, purpose=purpose, currency=circle.currency)
    return balance(account).posted if account else Money.zero(circle.currency)


def pay(group: Group, number: int, *places: int, key: str = "") -> None:
    """These people pay into round `number`, from wallets filled for it."""
    from pamoja.products.savings.public import pay_from_wallet

    for place in places:
        contribution = group.contribution(number, place)
        fund(group.people[place], contribution.owed)
        pay_from_wallet(
            by=group.by(place),
            contribution_id=contribution.pk,
            key=IdempotencyKey(key or f"key-{next(_numbers)}"),
        )


def pay_out(group: Group, number: int) -> None:
    """The pot of round `number` goes out."""
    from pamoja.products.savings.public import pay_out_round

    pay_out_round(by=SYSTEM, round_id=group.round(number).pk)


def sweep() -> None:
    """What is due by now happens."""
    from pamoja.products.savings.jobs import sweep_community

    sweep_community()


def after(group: Group, number: int, **later: float) -> Any:
    """A moment so much later than the end of round `number`'s day in the circle's zone."""
    return group.round(number).due_at + timedelta(**later)


def now() -> Any:
    """This moment."""
    return clock.now()


def run_own_jobs() -> list[str]:
    """Runs what savings has queued, and what that queues, until nothing is left; gives the jobs' names.

    Other packages' jobs stay queued: they would speak to mail servers and providers.
    """
    import json

    from django.db import connection
    from procrastinate.contrib.django import app

    done: list[str] = []
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM procrastinate_jobs WHERE id = (SELECT min(id) FROM procrastinate_jobs "
                "WHERE status = 'todo' AND task_name LIKE 'savings.%%') RETURNING task_name, args"
            )
            row = cursor.fetchone()
        if row is None:
            return done
        name, arguments = row
        app.tasks[name].func(**(json.loads(arguments) if isinstance(arguments, str) else arguments))
        done.append(name)
