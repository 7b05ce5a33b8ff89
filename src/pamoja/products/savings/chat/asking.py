"""BALANCE, NEXT, CIRCLE and HISTORY: how things stand."""

from __future__ import annotations

from pamoja.kernel.messaging.public import Answer, Option, Talk, understands
from pamoja.products.savings.chat.commands import BALANCE, CIRCLE, HISTORY, NEXT, PAY
from pamoja.products.savings.chat.wording import LIST_MAX, day_of, due_line, in_wallet, no_circle, offer, rhythm_of
from pamoja.products.savings.queries.circle_page import circle_page
from pamoja.products.savings.queries.lists import (
    CircleLine,
    circles_of,
    dues_of,
    paid_by,
    payouts_of,
    receipts_to_come,
)

HISTORY_LINES = 8


@understands("savings.balance", product="savings", command=BALANCE, is_button=True)
def tell_balance(talk: Talk, _argument: str) -> Answer:
    """The wallet, and what is owed."""
    lines = [talk.say("In your wallet: ", "Kwenye mkoba wako: ") + f"*{in_wallet(talk.member_id)}*"]
    dues = dues_of(talk.member_id)
    lines += [due_line(talk, due) for due in dues[:LIST_MAX]]
    if not dues:
        lines.append(talk.say("You owe nothing just now.", "Hudaiwi chochote kwa sasa."))
    return Answer("\n".join(lines), (offer(talk, PAY),) if dues else ())


@understands("savings.next", product="savings", command=NEXT, is_button=True)
def tell_next(talk: Talk, _argument: str) -> Answer:
    """What is to be paid and received next."""
    lines = [due_line(talk, due) for due in dues_of(talk.member_id)[:LIST_MAX]]
    for receipt in receipts_to_come(talk.member_id)[:LIST_MAX]:
        day = day_of(talk, receipt.round.due_on)
        lines.append(
            talk.say(
                f"- You receive *{receipt.expected}* from *{receipt.circle.name}* on {day}",
                f"- Utapokea *{receipt.expected}* kutoka *{receipt.circle.name}* siku ya {day}",
            )
        )
    gathering = [line for line in circles_of(talk.member_id) if line.circle.is_gathering]
    lines += [
        talk.say(
            f"- *{line.circle.name}* has not started: {line.members} of {line.circle.members_max} places are taken",
            f"- *{line.circle.name}* bado hakijaanza: nafasi {line.members} kati ya {line.circle.members_max} "
            "zimechukuliwa",
        )
        for line in gathering
    ]
    if not lines:
        return no_circle(talk)
    return Answer("\n".join([talk.say("*What comes next*", "*Kinachofuata*"), *lines]))


@understands("savings.circle", product="savings", command=CIRCLE)
def tell_circle(talk: Talk, argument: str) -> Answer:
    """How one circle stands; of several they choose."""
    lines = [line for line in circles_of(talk.member_id) if not line.circle.is_over]
    if argument:
        lines = [line for line in lines if str(line.circle.pk) == argument]
    if not lines:
        return no_circle(talk)
    if len(lines) > 1:
        options = tuple(
            Option(
                f"savings.circle:{line.circle.pk}",
                line.circle.name,
                f"{line.circle.amount} · {rhythm_of(talk, line.circle)}",
            )
            for line in lines[:LIST_MAX]
        )
        return Answer(talk.say("Which circle?", "Kikundi kipi?"), options, talk.say("Choose", "Chagua"))
    return Answer(_circle_text(talk, lines[0]))


@understands("savings.history", product="savings", command=HISTORY)
def tell_history(talk: Talk, _argument: str) -> Answer:
    """The latest payments and receipts, newest first."""
    moved = [
        (paid.paid_at, f"- {paid.amount + paid.late_fee} → {paid.circle.name}, {day_of(talk, paid.paid_at.date())}")
        for paid in paid_by(talk.member_id, HISTORY_LINES)
        if paid.paid_at
    ]
    moved += [
        (each.paid_at, f"- *+{each.amount}* ← {each.circle.name}, {day_of(talk, each.paid_at.date())}")
        for each in payouts_of(talk.member_id)[:HISTORY_LINES]
    ]
    if not moved:
        return Answer(talk.say("You have not paid or received anything yet.", "Bado hujalipa wala kupokea chochote."))
    newest = [line for _, line in sorted(moved, key=lambda each: each[0], reverse=True)[:HISTORY_LINES]]
    return Answer("\n".join([talk.say("*Paid and received*", "*Ulicholipa na kupokea*"), *newest]))


def _circle_text(talk: Talk, line: CircleLine) -> str:
    circle = line.circle
    lines = [f"*{circle.name}*", f"{circle.amount}, {rhythm_of(talk, circle)}"]
    if circle.is_gathering:
        lines.append(
            talk.say(
                f"Gathering members: {line.members} of {circle.members_max}",
                f"Tunakusanya wanachama: {line.members} kati ya {circle.members_max}",
            )
        )
        return "\n".join(lines)
    if line.open_round:
        number = line.open_round.number
        lines.append(
            talk.say(
                f"Round {number}: {line.paid} of {line.members} have paid, *{line.in_pot}* of {line.full_pot}",
                f"Duru ya {number}: {line.paid} kati ya {line.members} wamelipa, *{line.in_pot}* kati ya "
                f"{line.full_pot}",
            )
        )
        recipient = next(
            (each for each in circle_page(circle.pk, talk.by).rounds if each.round.pk == line.open_round.pk), None
        )
        if recipient and recipient.recipient:
            lines.append(
                talk.say(
                    f"This pot goes to {recipient.recipient.short_name}", f"Zamu ya {recipient.recipient.short_name}"
                )
            )
    if line.receives_on:
        lines.append(
            talk.say(f"Your turn: {day_of(talk, line.receives_on)}", f"Zamu yako: {day_of(talk, line.receives_on)}")
        )
    return "\n".join(lines)
