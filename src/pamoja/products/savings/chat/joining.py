"""JOIN: into a circle by its code, with its rules read first."""

from __future__ import annotations

from pamoja.kernel.messaging.public import Answer, Option, Talk, understands
from pamoja.products.savings.actions.inviting import take_code_try
from pamoja.products.savings.actions.joining import join_by_invitation
from pamoja.products.savings.chat.commands import CIRCLE, JOIN, NEXT
from pamoja.products.savings.chat.wording import day_of, offer, rhythm_of
from pamoja.products.savings.models import Circle
from pamoja.products.savings.queries.evidence import invitation_preview
from pamoja.products.savings.rules import invitations


@understands("savings.join", product="savings", command=JOIN)
def join(talk: Talk, argument: str) -> Answer:
    """A circle by its code: what one agrees to, and the question."""
    if not argument.strip():
        ask = talk.say(
            "What is the code of the circle? It has eight letters and digits, such as *K7QM-XW3P*.",
            "Msimbo wa kikundi ni upi? Una herufi na tarakimu nane, mfano *K7QM-XW3P*.",
        )
        return Answer(ask, asks="savings.join")
    take_code_try(by=talk.by, address=str(talk.address_id))
    preview = invitation_preview(argument, talk.by)
    circle, code = preview.circle, invitations.read_code(argument)
    if preview.is_member:
        return Answer(talk.say(f"You are in *{circle.name}* already.", f"Tayari uko kwenye *{circle.name}*."))
    if not preview.is_good:
        return Answer(
            talk.say(
                f"This invitation to *{circle.name}* is no longer good. Ask for a new one.",
                f"Mwaliko huu wa *{circle.name}* haufai tena. Omba mpya.",
            )
        )
    options = (
        Option(f"savings.accept:{code} {circle.rules_version}", talk.say("I agree, join", "Nakubali, jiunge")),
        Option("savings.decline", talk.say("Not now", "Si sasa")),
    )
    return Answer(_terms_text(talk, circle, preview.member_count), options)


@understands("savings.accept", product="savings")
def accept(talk: Talk, argument: str) -> Answer:
    """They have read the rules of this version and agree."""
    code, _, version = argument.partition(" ")
    circle = invitation_preview(code, talk.by).circle
    join_by_invitation(by=talk.by, code=code, rules_version=int(version))
    said = talk.say(
        f"Welcome to *{circle.name}*! 🎉\nWe tell you when it starts, and before each payment. Say *PAY* to pay.",
        f"Karibu *{circle.name}*! 🎉\nTutakuambia kikianza, na kabla ya kila malipo. Sema *LIPA* kulipa.",
    )
    return Answer(said, (offer(talk, CIRCLE), offer(talk, NEXT)))


@understands("savings.decline", product="savings")
def decline(talk: Talk, _argument: str) -> Answer:
    """They do not join."""
    return Answer(talk.say("All right. The code stays good for a while.", "Sawa. Msimbo utaendelea kufaa kwa muda."))


def _terms_text(talk: Talk, circle: Circle, members: int) -> str:
    rhythm, begins = rhythm_of(talk, circle), day_of(talk, circle.first_due_on)
    lines = [
        f"*{circle.name}*",
        talk.say(
            f"- Everybody pays *{circle.amount}* {rhythm}, from {begins}",
            f"- Kila mtu hulipa *{circle.amount}* {rhythm}, kuanzia {begins}",
        ),
        talk.say(
            f"- {members} of {circle.members_max} places are taken; each round one member takes the pot",
            f"- Nafasi {members} kati ya {circle.members_max} zimechukuliwa; kila duru mmoja huchukua chungu",
        ),
    ]
    if circle.late_fee:
        lines.append(
            talk.say(
                f"- {circle.grace_days} days after the due date a late fee of {circle.late_fee} is added",
                f"- Siku {circle.grace_days} baada ya mwisho huongezwa faini ya {circle.late_fee}",
            )
        )
    if circle.rules_text:
        lines += ["", f"> {' '.join(circle.rules_text.split())[:300]}"]
    lines += ["", talk.say("Do you agree to these rules and join?", "Unakubali sheria hizi na kujiunga?")]
    return "\n".join(lines)
