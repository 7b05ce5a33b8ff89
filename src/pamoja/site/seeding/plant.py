"""Makes the demo communities and lets their last months happen, on the clock of those months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from allauth.account.models import EmailAddress

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, IdempotencyKey
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.identity.public import Member, actor_for, change_payment_method, change_roles, register_person
from pamoja.kernel.ledger.public import account_of, balance
from pamoja.kernel.messaging.public import connect_meta
from pamoja.kernel.payments.public import Direction, request_adjustment
from pamoja.products.savings.public import Contribution, pay_by_phone
from pamoja.site.config import Config
from pamoja.site.rehearsal import Rehearsal
from pamoja.site.seeding import circles, plans, welcome
from pamoja.site.seeding.cast import EARLY, HEROINE, META_NUMBER_ID, PASSWORD, THAMES, UMOJA, DemoCommunity

DAYS_BACK = 101
LATE_DAYS = 5
# After the hour at which contributions are collected.
MORNING = time(9, 0)


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
        for person in UMOJA.people:
            rehearsal.ask("PUT", f"/api/phones/{person.phone.removeprefix('+')}", {"name": person.name})
        rehearsal.turn_to(_at(today - timedelta(days=DAYS_BACK), MORNING))
        umoja, thames = _make(UMOJA), _make(THAMES)
        with entered(thames.community.pk):
            house = circles.house_deposit(thames.actor, today)
            plans.thames_sells(thames.actor)
            _speak_at_meta(rehearsal, thames)
        with entered(umoja.community.pk):
            circles.market_women(umoja.actor, today)
            circles.riders(umoja.actor, today)
            plans.umoja_sells(umoja.actor)
        rehearsal.settle()  # Who subscribes pays on that day, or has not subscribed.
        late = _let_happen(rehearsal, umoja, today)
        with entered(umoja.community.pk):
            school = circles.school_fees(umoja.actor, today)
            circles.on_the_board(umoja.actor)
            _a_correction_waits(umoja)
            plans.umoja_is_asked(umoja.actor)
        rehearsal.settle()
        rehearsal.ask("POST", "/api/autopilot", {"answer": "off", "phones": "all"})
    welcome.write(config, late=late, school_fees_code=school, house_code=house)


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


def _speak_at_meta(rehearsal: Rehearsal, thames: Planted) -> None:
    """It has a number of its own at Meta; the other one shares the installation's at Twilio."""
    name = thames.community.name
    number = rehearsal.ask("PUT", f"/api/meta/numbers/{META_NUMBER_ID}", {"name": name})
    opened = {each: str(number[each]) for each in ("number", "number_id", "business_id", "token", "app_secret")}
    connect_meta(by=thames.actor("Folake"), **opened)


def _a_correction_waits(umoja: Planted) -> None:
    """One of the two who look after payments asked for something that the other has to approve."""
    request_adjustment(
        by=umoja.actor("Joseph"),
        member_id=umoja.members["Lucy"].pk,
        direction=Direction.IN,
        account="goodwill",
        amount=Money(20_000, "KES"),
        reason="A late fee was taken although she had paid in time",
        evidence="Her M-PESA message, shown at the office",
        key="demo",
    )


def _let_happen(rehearsal: Rehearsal, umoja: Planted, today: date) -> str:
    """The days on which something happens; gives the first name of who did not answer her phone at the end."""
    late = ""
    now = datetime.now(UTC)  # tidy: the demo's history ends at the real present
    for day in _days_that_matter(today):
        moment = _at(day, MORNING)
        if clock.now() < moment < now:
            rehearsal.turn_to(moment)
        with entered(umoja.community.pk):
            if not late and day >= today - timedelta(days=LATE_DAYS):
                late = _somebody_with_nothing_left(umoja)
                _does_not_answer(rehearsal, late)
            _pay_early(umoja, day, today)
        rehearsal.settle()
    return late


def _days_that_matter(today: date) -> list[date]:
    """Around every due day: when people pay ahead, are reminded, are asked, are late."""
    offsets = {-3, 0, 1, 2, *(-ahead for ahead in EARLY.values())}
    days = {due + timedelta(days=offset) for due in circles.due_days(today) for offset in offsets}
    return sorted(day for day in days | {today} if day <= today)


def _pay_early(umoja: Planted, day: date, today: date) -> None:
    """The same few pay some days ahead, each on a day of their own; the demo's heroine still has to, this month."""
    due = Contribution.objects.filter(state="due", collecting="").select_related("seat")
    names = {member.pk: name for name, member in umoja.members.items()}
    for contribution in due:
        name = names[contribution.seat.member_id]
        ahead = contribution.due_at.date() - day
        if ahead == timedelta(days=EARLY.get(name, -1)) and (name != HEROINE or contribution.due_at.date() < today):
            key = IdempotencyKey(f"early-{contribution.pk}")
            pay_by_phone(by=umoja.actor(name), contribution_id=contribution.pk, key=key)


def _somebody_with_nothing_left(umoja: Planted) -> str:
    """One of the riders whose wallet could not pay: who has not received yet, or takes the pot on the phone, as Ali."""
    for name in circles.RIDERS[1:]:
        wallet = account_of(owner=f"member:{umoja.members[name].pk}", purpose="wallet", currency="KES")
        if name != HEROINE and not (wallet and balance(wallet).available):
            return name
    raise RuntimeError("every rider has received already")


def _does_not_answer(rehearsal: Rehearsal, name: str) -> None:
    phone = next(each.phone for each in UMOJA.people if each.first_name == name).removeprefix("+")
    answers = {"answer": "pin", "phones": "all", "per_phone": {phone: "ignore"}}
    rehearsal.ask("POST", "/api/autopilot", answers)


def _at(day: date, at: time) -> datetime:
    return datetime.combine(day, at, UTC)
