"""PAY: what is due, by M-PESA or from the wallet."""

from __future__ import annotations

from uuid import UUID

from pamoja.foundation.actions import IdempotencyKey
from pamoja.foundation.errors import Refusal
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import phone_of, read_phone
from pamoja.kernel.messaging.public import Answer, Option, Talk, understands
from pamoja.products.savings.actions.collecting import pay_by_phone
from pamoja.products.savings.actions.contributing import pay_from_wallet
from pamoja.products.savings.chat.commands import NEXT, PAY
from pamoja.products.savings.chat.wording import LIST_MAX, day_of, in_wallet, offer
from pamoja.products.savings.models import Circle
from pamoja.products.savings.queries.evidence import contribution_seen_by
from pamoja.products.savings.queries.lists import dues_of


@understands("savings.pay", product="savings", command=PAY, is_button=True)
def pay(talk: Talk, _argument: str) -> Answer:
    """With one contribution due its payment begins at once: the PIN is the question. With several they choose."""
    dues = [due for due in dues_of(talk.member_id) if due.circle.status == Circle.Status.RUNNING or due.is_overdue]
    if not dues:
        return Answer(talk.say("Nothing is due. Well done!", "Huna deni. Hongera!"), (offer(talk, NEXT),))
    if len(dues) == 1:
        return _pay_one(talk, dues[0].contribution.pk)
    options = tuple(
        Option(
            f"savings.pay_one:{due.contribution.pk}", due.circle.name, f"{due.owed} · {day_of(talk, due.round.due_on)}"
        )
        for due in dues[:LIST_MAX]
    )
    ask = talk.say("Which one do you want to pay?", "Unataka kulipa ipi?")
    return Answer(ask, options, talk.say("Choose", "Chagua"))


@understands("savings.pay_one", product="savings")
def pay_one(talk: Talk, argument: str) -> Answer:
    """One contribution that was chosen."""
    return _pay_one(talk, UUID(argument))


@understands("savings.by_phone", product="savings")
def by_phone(talk: Talk, argument: str) -> Answer:
    """A contribution, asked for on a phone: the member's own, or the number that follows."""
    contribution_id, _, typed = argument.partition(" ")
    return _ask_phone(talk, UUID(contribution_id), typed)


@understands("savings.from_wallet", product="savings")
def from_wallet(talk: Talk, argument: str) -> Answer:
    """A contribution, from the wallet."""
    paid = pay_from_wallet(by=talk.by, contribution_id=UUID(argument), key=IdempotencyKey(talk.key))
    said = talk.say(
        f"Done: *{paid.owed}* went from your wallet into *{paid.circle.name}*.",
        f"Tayari: *{paid.owed}* zimetoka kwenye mkoba wako kwenda *{paid.circle.name}*.",
    )
    return Answer(said)


def _pay_one(talk: Talk, contribution_id: UUID) -> Answer:
    contribution = contribution_seen_by(contribution_id, talk.by)
    if contribution.is_unpaid and in_wallet(talk.member_id).amount_minor >= contribution.owed.amount_minor:
        options = (
            Option(f"savings.from_wallet:{contribution_id}", talk.say("From my wallet", "Kutoka mkoba")),
            Option(f"savings.by_phone:{contribution_id}", "M-PESA"),
        )
        ask = talk.say(
            f"*{contribution.owed}* for *{contribution.circle.name}*. Where shall it come from?",
            f"*{contribution.owed}* za *{contribution.circle.name}*. Zitoke wapi?",
        )
        return Answer(ask, options)
    return _ask_phone(talk, contribution_id, "")


def _ask_phone(talk: Talk, contribution_id: UUID, typed: str) -> Answer:
    number = None if typed else phone_of(talk.member_id)
    if number is None:
        ask = talk.say(
            "Which M-PESA number shall we ask? Such as *0712 345 678*.",
            "Tuulize nambari gani ya M-PESA? Mfano *0712 345 678*.",
        )
        try:
            number = read_phone(typed, current_community().country)
        except Refusal:
            return Answer(ask, asks=f"savings.by_phone:{contribution_id}")
    asked = pay_by_phone(by=talk.by, contribution_id=contribution_id, key=IdempotencyKey(talk.key), phone=number)
    said = talk.say(
        f"📲 Look at your phone: M-PESA asks you for *{asked.owed}* for *{asked.circle.name}*. Type your PIN, and we "
        "tell you as soon as it has arrived.",
        f"📲 Angalia simu yako: M-PESA inakuomba *{asked.owed}* za *{asked.circle.name}*. Weka PIN, nasi tutakuambia "
        "mara zikifika.",
    )
    return Answer(said)
