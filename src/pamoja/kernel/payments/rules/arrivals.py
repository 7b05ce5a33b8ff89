"""Payments that came by themselves: what the rail's answer means for one, and which account numbers are ours."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum

from pamoja.kernel.payments.rules.messages import Found, Notice

# The rail's own book may lag behind its webhooks.
UNKNOWN_AFTER = timedelta(minutes=10)

_PUSHED = re.compile(r"P[0-9A-F]{10}")


class ArrivalState(StrEnum):
    """A payment that somebody says has come."""

    CLAIMED = "claimed"  # the rail is being asked
    CONFIRMED = "confirmed"  # the money is posted, here or with the prompt that brought it
    REFUSED = "refused"  # the rail knows of no such payment to us
    REVIEW = "review"  # a person must look; nothing is posted


A = ArrivalState

# What was refused may still be found in the rail's statement, but that is another row: a deposit.
ARRIVAL_MOVES: dict[ArrivalState, frozenset[ArrivalState]] = {
    A.CLAIMED: frozenset({A.CONFIRMED, A.REFUSED, A.REVIEW}),
    A.CONFIRMED: frozenset(),
    A.REFUSED: frozenset({A.CONFIRMED}),
    A.REVIEW: frozenset({A.CONFIRMED}),
}


class Verdict(StrEnum):
    """What the rail's answer about a claimed payment comes to."""

    CAME = "came"
    NEVER_CAME = "never came"
    NOT_YET_KNOWN = "not yet known"
    UNCERTAIN = "uncertain"


def judged(answer: Notice, *, receipt: str, payee: str, claimed_at: datetime, now: datetime) -> Verdict:
    """Whether the rail's answer to our question says that this payment came to us.

    It must name the receipt we asked about, our own number as the payee, and an amount: a stranger's claim may bear
    the receipt of a payment that we made ourselves.
    """
    if answer.found == Found.UNKNOWN_TO_RAIL:
        return Verdict.NEVER_CAME if now >= claimed_at + UNKNOWN_AFTER else Verdict.NOT_YET_KNOWN
    if answer.found == Found.FAILED:
        return Verdict.NEVER_CAME
    if answer.found != Found.COMPLETED:
        return Verdict.NOT_YET_KNOWN
    if answer.receipt.upper() != receipt.upper() or not answer.amount_minor:
        return Verdict.UNCERTAIN
    if not answer.payee:
        return Verdict.UNCERTAIN
    return Verdict.CAME if number_in(answer.payee) == payee else Verdict.NEVER_CAME


def number_in(party: str) -> str:
    """The number at the beginning of `254712345678 - AMINA W`."""
    found = re.match(r"\s*(\d+)", party)
    return found.group(1) if found else ""


def pushed_reference(text: str) -> str:
    """The ten digits of the account number that one of our prompts showed, else nothing."""
    compact = re.sub(r"\s+", "", text.upper())
    return compact[1:] if _PUSHED.fullmatch(compact) else ""


def receipt_in(text: str) -> str:
    """A receipt as people copy it out of M-PESA's message; nothing when it is none."""
    compact = re.sub(r"[\s.]+", "", text.upper())
    return compact if re.fullmatch(r"[A-Z0-9]{8,12}", compact) else ""
