"""How savings words days, sums and circles in a conversation."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.ledger.public import account_of, balance
from pamoja.kernel.messaging.public import Answer, Command, Option, Talk
from pamoja.products.savings.chat.commands import JOIN
from pamoja.products.savings.models import Circle
from pamoja.products.savings.queries.lists import DueLine

LIST_MAX = 9
DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "sw": ("Jumatatu", "Jumanne", "Jumatano", "Alhamisi", "Ijumaa", "Jumamosi", "Jumapili"),
}
MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
    "sw": ("Januari", "Februari", "Machi", "Aprili", "Mei", "Juni", "Julai", "Agosti", "Septemba", "Oktoba",
           "Novemba", "Desemba"),
}  # fmt: skip


def day_of(talk: Talk, day: date) -> str:
    language = talk.language if talk.language in DAYS else "en"
    return f"{DAYS[language][day.weekday()]} {day.day} {MONTHS[language][day.month - 1]}"


def rhythm_of(talk: Talk, circle: Circle) -> str:
    if circle.frequency == Circle.Frequency.WEEKLY:
        return talk.say("every week", "kila wiki")
    return talk.say("every month", "kila mwezi")


def offer(talk: Talk, command: Command) -> Option:
    return Option(command.intent, command.title[talk.language if talk.language in command.title else "en"])


def in_wallet(member_id: UUID) -> Money:
    currency = current_community().currency
    account = account_of(owner=f"member:{member_id}", purpose="wallet", currency=currency)
    return balance(account).available if account else Money(0, currency)


def due_line(talk: Talk, due: DueLine) -> str:
    day, name = day_of(talk, due.round.due_on), due.circle.name
    if due.is_overdue:
        return talk.say(
            f"- *{due.owed}* to *{name}*: was due on {day}", f"- *{due.owed}* kwa *{name}*: ilipaswa kulipwa {day}"
        )
    return talk.say(f"- *{due.owed}* to *{name}*: due on {day}", f"- *{due.owed}* kwa *{name}*: mwisho ni {day}")


def no_circle(talk: Talk) -> Answer:
    said = talk.say(
        "You are in no circle yet. Say *JOIN* and the code you were given.",
        "Bado huko kwenye kikundi. Sema *JIUNGE* na msimbo uliopewa.",
    )
    return Answer(said, (offer(talk, JOIN),))
