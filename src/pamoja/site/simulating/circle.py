"""The whole life of one circle: people join, phones are asked, answer or do not, pots go out, month after month."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from django.db.models import Min
from django.test.utils import override_settings

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, IdempotencyKey
from pamoja.foundation.errors import Refusal
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.identity.public import Member, actor_for, change_payment_method, register_person
from pamoja.kernel.payments.models import Collection, CollectionAttempt, Payout
from pamoja.products.savings.models import Circle, Contribution, Round
from pamoja.products.savings.public import (
    Terms,
    create_circle,
    end_circle,
    invite,
    join_by_invitation,
    pay_by_phone,
    start_circle,
)
from pamoja.site.config import Config
from pamoja.site.rehearsal import Rehearsal

NAMES = ("Amina", "Baraka", "Chiku", "Daudi", "Esther", "Farid", "Gathoni", "Hamisi", "Imani", "Juma", "Kamau", "Lulu")
FAMILIES = ("Hassan", "Otieno", "Mwangi", "Kimani", "Njeri", "Ali", "Wairimu", "Odhiambo", "Kiprop", "Mutua")
PASSWORD = "Kilimanjaro-5895"  # noqa: S105 - of people who exist for a minute
BEGINS_AT = datetime(2027, 1, 4, 6, tzinfo=UTC)
AMOUNT = Money(500_000, "KES")
LATE_FEE = Money(20_000, "KES")
# Long enough for the last question about the last payment: a day, and a little.
AFTERWARDS = timedelta(days=3)
STEPS_MAX = 20_000
# What is due within so long of each other happens in one step.
GRAIN = timedelta(seconds=30)

# What goes wrong with --faults, and how often. None of it waits in real time.
FAULTS = {
    "token_expires": 0.03,
    "spike_arrest": 0.05,
    "internal_error": 0.03,
    "html_error": 0.02,
    "request_lost": 0.04,
    "answer_lost": 0.05,
    "callback_before_answer": 0.04,
    "callback_lost": 0.10,
    "callback_duplicated": 0.10,
    "callback_late": 0.06,
    "callback_reordered": 0.05,
    "forged_unknown": 0.04,
    "forged_success": 0.04,
    "late_success": 0.03,
    "query_lags": 0.05,
    "timeout_after_effect": 0.04,
    "timeout_without_effect": 0.03,
}
# How people answer the prompt then; with `rest`, they let it go and pay by hand some days later.
ANSWERS = {"pin": 80, "cancel": 6, "ignore": 6, "wrong_pin": 4, "unreachable": 4}


@dataclass(frozen=True)
class Wanted:
    """What to play."""

    members: int
    rounds: int
    seed: int
    faults: bool


@dataclass
class Played:
    """What was played: the community, the people by phone, the circle, and how long it took."""

    community: Community
    circle_id: UUID
    people: dict[str, Member]
    steps: int = 0
    began_at: datetime = BEGINS_AT
    ended_at: datetime = BEGINS_AT
    jobs_failed: int = 0
    struck: dict[str, int] = field(default_factory=dict)


def play(config: Config, wanted: Wanted, *, say: Callable[[str], None]) -> Played:
    """Everything from the first invitation to the last shilling that is under way."""
    rehearsal = Rehearsal(config, passes=lambda name: name.startswith(("payments.", "savings.")))
    with rehearsal.running():
        rehearsal.turn_to(BEGINS_AT)
        _set_the_outside(rehearsal, wanted)
        played = _gather(wanted)
        with entered(played.community.pk):
            say(f"{wanted.members} people gathered; they pay {AMOUNT} a month")
            start_circle(by=_organiser(played), circle_id=played.circle_id)
            rehearsal.settle()
            _live(rehearsal, wanted, played, say)
            _wind_up(rehearsal, wanted, played)
        played.ended_at = clock.now()
        played.jobs_failed = rehearsal.jobs_failed
    return played


def _set_the_outside(rehearsal: Rehearsal, wanted: Wanted) -> None:
    rehearsal.ask(
        "PUT",
        "/api/preferences",
        {"callback_delay_s": 0, "b2c_delay_s": 0, "command_delay_s": 0, "prompt_timeout_s": 60},
    )
    if not wanted.faults:
        rehearsal.ask("POST", "/api/autopilot", {"answer": "pin", "phones": "all"})
        return
    rehearsal.ask("POST", "/api/autopilot", {"answer": "mix", "phones": "all", "mix": ANSWERS, "seed": wanted.seed})
    faults = {kind: {"probability": probability} for kind, probability in FAULTS.items()}
    rehearsal.ask("PUT", "/api/faults", {"seed": wanted.seed, "faults": faults})


def _gather(wanted: Wanted) -> Played:
    community = Community.objects.create(
        slug="simulation",
        name="Simulation",
        currency="KES",
        country="KE",
        time_zone="Africa/Nairobi",
        products=["savings"],
    )
    with entered(community.pk):
        # Nobody of these signs in, and a good hash takes a second of work each.
        with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
            people = {_phone(number): _person(number, wanted.seed) for number in range(wanted.members)}
        members = list(people.values())
        first_due_on = BEGINS_AT.date() + timedelta(days=27)  # the 31st, so that months end at all their ends
        circle = create_circle(
            by=actor_for(members[0]),
            terms=Terms(
                name="Simulated circle",
                amount=AMOUNT,
                frequency="monthly",
                members_max=wanted.members,
                turns=-(-wanted.rounds // wanted.members),
                first_due_on=first_due_on,
                late_fee=LATE_FEE,
            ),
        )
        code = invite(by=actor_for(members[0]), circle_id=circle.pk, uses_max=wanted.members).code
        for member in members[1:]:
            join_by_invitation(by=actor_for(member), code=code, rules_version=circle.rules_version)
    return Played(community, circle.pk, people)


def _person(number: int, seed: int) -> Member:
    name = f"{NAMES[number % len(NAMES)]} {FAMILIES[(number + seed) % len(FAMILIES)]}"
    member = register_person(
        by=SYSTEM,
        email=f"member-{number + 1}@simulation.example",
        name=name,
        phone=_phone(number),
        password=PASSWORD,
    )
    # Two thirds want their pot on the phone, the others keep it in the wallet, from which the circle then collects.
    return change_payment_method(by=actor_for(member), method="mpesa" if number % 3 else "wallet")


def _phone(number: int) -> str:
    return f"+2547{10_000_000 + number * 7_919:08d}"


def _organiser(played: Played) -> Actor:
    return actor_for(next(iter(played.people.values())))


def _live(rehearsal: Rehearsal, wanted: Wanted, played: Played, say: Callable[[str], None]) -> None:
    patience = _Patience(wanted)
    told = 0
    while (paid_out := _rounds_paid_out(played)) < wanted.rounds and played.steps < STEPS_MAX:
        for number in range(told + 1, paid_out + 1):
            say(f"{clock.now():%d %b %Y}  round {number} paid out")
        told = max(told, paid_out)
        upcoming = [moment for moment in (_next_moment(), patience.next_moment(played)) if moment]
        if not upcoming:
            raise RuntimeError("Nothing is due any more, and the circle is not done")
        rehearsal.turn_to(max(min(upcoming), clock.now()) + GRAIN)
        patience.pay_by_hand(played)
        rehearsal.settle()
        played.steps += 1
    for number in range(told + 1, _rounds_paid_out(played) + 1):
        say(f"{clock.now():%d %b %Y}  round {number} paid out")


def _wind_up(rehearsal: Rehearsal, wanted: Wanted, played: Played) -> None:
    circle = Circle.objects.get(pk=played.circle_id)
    if not circle.is_over:
        end_circle(by=_organiser(played), circle_id=circle.pk, reason="The simulation plays no further")
    faults = rehearsal.ask("GET", "/api/faults")["faults"]
    played.struck = {kind: fault["fired"] for kind, fault in faults.items() if fault["fired"]}
    rehearsal.ask("DELETE", "/api/faults")
    until = clock.now() + AFTERWARDS
    while clock.now() < until:
        rehearsal.settle()
        upcoming = _next_payment_moment()
        rehearsal.turn_to(min(until, (upcoming or until)) + timedelta(seconds=1))
    rehearsal.settle()


def _rounds_paid_out(played: Played) -> int:
    return Round.objects.filter(circle=played.circle_id, state=Round.State.PAID_OUT).count()


def _next_moment() -> datetime | None:
    unpaid = Contribution.objects.filter(state__in=["due", "overdue"], circle__status="running")
    late = unpaid.filter(state="overdue").exclude(collecting="asked")
    moments = [
        *Contribution.objects.filter(state="due", circle__status="running")
        .aggregate(Min("remind_at"), Min("due_at"))
        .values(),
        *unpaid.aggregate(Min("collect_at")).values(),
        *late.aggregate(Min("remind_at")).values(),
        *late.filter(late_fee_minor=0).aggregate(Min("fee_due_at")).values(),
        *Round.objects.filter(state="scheduled", circle__status="running").aggregate(Min("opens_at")).values(),
        _next_payment_moment(),
    ]
    return min((moment for moment in moments if moment), default=None)


def _next_payment_moment() -> datetime | None:
    moments = [
        *Collection.objects.aggregate(Min("next_attempt_at")).values(),
        *CollectionAttempt.objects.aggregate(Min("next_query_at")).values(),
        *Payout.objects.aggregate(Min("next_submission_at"), Min("next_query_at")).values(),
    ]
    return min((moment for moment in moments if moment), default=None)


class _Patience:
    """People who were asked in vain pay by hand, each after as many days as the seed gives them."""

    def __init__(self, wanted: Wanted) -> None:
        self._seed = wanted.seed
        self._tried: dict[UUID, tuple[int, datetime]] = {}

    def pay_by_hand(self, played: Played) -> None:
        by_id = {member.pk: member for member in played.people.values()}
        for contribution in self._late(played):
            if self._moment(contribution) > clock.now() or contribution.collecting == "asked":
                continue
            tries = self._tried.get(contribution.pk, (0, clock.now()))[0] + 1
            self._tried[contribution.pk] = (tries, clock.now())
            key = IdempotencyKey(f"by-hand-{contribution.pk}-{tries}")
            try:
                pay_by_phone(by=actor_for(by_id[contribution.seat.member_id]), contribution_id=contribution.pk, key=key)
            except Refusal:
                continue  # a payment of theirs is being checked; they try again tomorrow

    def next_moment(self, played: Played) -> datetime | None:
        late = [each for each in self._late(played) if each.collecting != "asked"]
        return min((self._moment(each) for each in late), default=None)

    def _late(self, played: Played) -> list[Contribution]:
        late = Contribution.objects.filter(circle=played.circle_id, state="overdue").select_related("seat")
        return list(late.order_by("pk"))

    def _moment(self, contribution: Contribution) -> datetime:
        if contribution.pk in self._tried:
            return self._tried[contribution.pk][1] + timedelta(days=1)
        days = random.Random(f"{self._seed} {contribution.due_at} {contribution.seat.member_id}").randint(1, 5)  # noqa: S311 - a play of people, no secret
        return contribution.due_at + timedelta(days=days)


def movements(config: Config) -> dict[str, Any]:
    """What really moved outside, by the sandbox's own statement."""
    return dict(httpx.get(f"{config.sandbox_url}/mpesa/statement", timeout=30).json())
