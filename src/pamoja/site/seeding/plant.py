"""Makes the demo communities and lets their last months happen, on the clock of those months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from allauth.account.models import EmailAddress

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, IdempotencyKey
from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.identity.public import Member, actor_for, change_payment_method, change_roles, register_person
from pamoja.products.savings.public import dues_of, pay_by_phone
from pamoja.site.config import Config
from pamoja.site.rehearsal import Rehearsal
from pamoja.site.seeding import circles, welcome
from pamoja.site.seeding.cast import EARLY, LATE, PASSWORD, THAMES, UMOJA, DemoCommunity

DAYS_BACK = 101
# Collections are made in the morning; each day is looked at before and after.
STEPS = (time(5, 0), time(9, 0))


@dataclass(frozen=True)
class Planted:
    """A made community and its members by first name."""

    community: Community
    members: dict[str, Member]

    def actor(self, first_name: str) -> Actor:
        """Somebody of them, as one who does things."""
        return actor_for(self.members[first_name])


def plant(config: Config) -> None:
    """Plant everything and write down what a newcomer should know; then real time goes on.

    The welcome is written last: while it is missing, planting was cut short.
    """
    today = clock.now().date()
    rehearsal = Rehearsal(config)
    with rehearsal.running():
        rehearsal.ask("POST", "/api/autopilot", {"answer": "pin", "phones": "all"})
        rehearsal.turn_to(_at(today - timedelta(days=DAYS_BACK), STEPS[0]))
        umoja, thames = _make(UMOJA), _make(THAMES)
        with entered(thames.community.pk):
            house = circles.house_deposit(thames.actor, today)
        with entered(umoja.community.pk):
            circles.market_women(umoja.actor, today)
            circles.riders(umoja.actor, today)
        _let_happen(rehearsal, umoja, today)
        with entered(umoja.community.pk):
            school = circles.school_fees(umoja.actor, today)
        rehearsal.settle()
        rehearsal.ask("POST", "/api/autopilot", {"answer": "off", "phones": "all"})
    welcome.write(config, school_fees_code=school, house_code=house)


def _make(wanted: DemoCommunity) -> Planted:
    community = Community.objects.create(slug=wanted.slug, **wanted.columns)
    members = {}
    with entered(community.pk):
        for person in wanted.people:
            email = person.email_in(wanted.slug)
            member = register_person(by=SYSTEM, email=email, name=person.name, phone=person.phone, password=PASSWORD)
            # Nobody reads the codes of people who exist in a demo only.
            EmailAddress.objects.filter(email=email).update(verified=True)
            if person.roles:
                member = change_roles(by=SYSTEM, member_id=member.pk, roles=person.roles)
            if person.takes_mpesa:
                member = change_payment_method(by=actor_for(member), method="mpesa")
            members[person.first_name] = member
    return Planted(community, members)


def _let_happen(rehearsal: Rehearsal, umoja: Planted, today: date) -> None:
    """Every day since the start, twice; some pay before it is due, and one does not answer her phone at the end."""
    moment = clock.now()
    while moment < datetime.now(UTC):  # tidy: the demo's history ends at the real present
        rehearsal.turn_to(moment)
        if moment.date() == today - timedelta(days=LATE.days_back):
            late = {each.phone.removeprefix("+"): "ignore" for each in UMOJA.people if each.first_name == LATE.name}
            rehearsal.ask("POST", "/api/autopilot", {"answer": "pin", "phones": "all", "per_phone": late})
        if moment.time() == STEPS[1]:
            with entered(umoja.community.pk):
                _pay_early(umoja, moment.date())
        rehearsal.settle()
        moment = _next_step(moment)


def _pay_early(umoja: Planted, day: date) -> None:
    """The same few pay some days ahead, each on a day of their own."""
    for name, days_ahead in EARLY.items():
        member = umoja.members[name]
        for due in dues_of(member.pk):
            if not due.is_being_asked and due.contribution.due_at.date() - day == timedelta(days=days_ahead):
                key = IdempotencyKey(f"early-{due.contribution.pk}")
                pay_by_phone(by=umoja.actor(name), contribution_id=due.contribution.pk, key=key)


def _next_step(moment: datetime) -> datetime:
    first, second = STEPS
    return _at(moment.date(), second) if moment.time() < second else _at(moment.date() + timedelta(days=1), first)


def _at(day: date, at: time) -> datetime:
    return datetime.combine(day, at, UTC)
