"""Members whom Stripe pays: what it says of their account there, in our words. Source: contract Stripe §4.11."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pamoja.kernel.payments.rules.methods import MethodState


class PayeeStanding(StrEnum):
    """How far Stripe is with a member who is to be paid by it."""

    NEEDS_MORE = "needs_more"  # the member has something to tell before anything is paid
    CHECKED = "checked"  # Stripe looks at what was told
    READY = "ready"
    RESTRICTED = "restricted"  # it was ready, and Stripe wants more before it pays again
    REFUSED = "refused"  # Stripe will not pay this person


@dataclass(frozen=True, kw_only=True)
class PayeeSaid:
    """What Stripe says of a connected account. No bank details: `bank_id` and `fingerprint` only tell accounts apart.

    `missing`: what it asks for, by its own names; `due_at`: from when it pays no more without.
    """

    rail_id: str
    is_submitted: bool
    takes_transfers: str
    is_paid_out: bool
    missing: tuple[str, ...] = ()
    is_checked: bool = False
    disabled_reason: str = ""
    due_at: datetime | None = None
    bank_id: str = ""
    fingerprint: str = ""
    is_gone: bool = False


_ENDS = ("rejected.",)
_LOOKED_AT = frozenset({"requirements.pending_verification", "under_review"})

# Longest first where one begins another.
_WORDS = (
    ("external_account", "your bank account"),
    ("tos_acceptance", "your agreement to Stripe's terms"),
    ("business_profile", "what you are paid for"),
    ("individual.verification.additional_document", "a document that shows your address"),
    ("individual.verification", "a document that shows who you are"),
    ("individual.first_name", "your name"),
    ("individual.last_name", "your name"),
    ("individual.dob", "your date of birth"),
    ("individual.address", "your address"),
    ("individual.email", "your email address"),
    ("individual.phone", "your phone number"),
    ("individual.id_number", "your national number"),
    ("individual.ssn_last_4", "your national number"),
)
_ELSE = "more about you"


def standing_of(said: PayeeSaid, before: PayeeStanding | None = None) -> PayeeStanding:
    """What the account's state means; `before`: what it meant last, because what was ready is restricted, not begun."""
    if said.is_gone or said.disabled_reason.startswith(_ENDS):
        return PayeeStanding.REFUSED
    if said.takes_transfers == "active" and said.is_paid_out:
        return PayeeStanding.READY
    if before in (PayeeStanding.READY, PayeeStanding.RESTRICTED) and (said.missing or not said.is_checked):
        return PayeeStanding.RESTRICTED
    if not said.is_submitted or said.missing:
        return PayeeStanding.NEEDS_MORE
    if said.is_checked or said.takes_transfers == "pending" or said.disabled_reason in _LOOKED_AT:
        return PayeeStanding.CHECKED
    return PayeeStanding.RESTRICTED


# While the member is at Stripe's page, or Stripe looks at what was told, an event tells; should it be lost, we ask.
_AFTER_VISIT = (timedelta(minutes=2), timedelta(minutes=30), timedelta(hours=6))
_EVERY = {
    PayeeStanding.NEEDS_MORE: timedelta(days=7),
    PayeeStanding.CHECKED: timedelta(hours=12),
    PayeeStanding.READY: timedelta(days=7),
    PayeeStanding.RESTRICTED: timedelta(days=1),
}


def next_query_at(standing: PayeeStanding, *, visited_at: datetime | None, now: datetime) -> datetime | None:
    """When Stripe is asked next by itself; never again about one whom it refused."""
    if standing == PayeeStanding.REFUSED:
        return None
    usual = now + _EVERY[standing]
    if visited_at is None or standing == PayeeStanding.READY:
        return usual
    return min((visited_at + each for each in _AFTER_VISIT if visited_at + each > now), default=usual)


def method_state_of(standing: PayeeStanding) -> MethodState:
    """What the way to be paid is worth then."""
    if standing == PayeeStanding.READY:
        return MethodState.VERIFIED
    return MethodState.FAILED if standing == PayeeStanding.REFUSED else MethodState.PENDING


def in_words(missing: Iterable[str]) -> list[str]:
    """What Stripe asks for as people say it, each once, in the order asked for."""
    return list(dict.fromkeys(_said(each) for each in missing))


def _said(code: str) -> str:
    head, _, rest = code.partition(".")
    # A person is asked for by a name of Stripe's own: person_1MqjB62eZvKYlo2C.verification.document
    code = f"individual.{rest}" if head.startswith("person_") else code
    return next((words for begins, words in _WORDS if code.startswith(begins)), _ELSE)
