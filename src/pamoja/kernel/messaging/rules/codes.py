"""What a provider's error code means for the message, the address and the sender."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Meaning:
    """What follows from a code. Without a pause of its own, a passing failure is tried again later and later."""

    is_permanent: bool = True
    is_opt_out: bool = False
    flags_address: bool = False
    holds_sender_for: timedelta | None = None
    is_ours: bool = False
    needs_template: bool = False
    rests_for: timedelta | None = None
    """How long only this message waits before it is tried again."""

    tries_max: int | None = None
    """After so many tries it goes no more this way."""


REPORT_AWAITED = "report_awaited"
"""A request to a provider that cannot be asked what became of it: a report tells, or nothing does."""

_SOON, _SLOW, _DAY = timedelta(milliseconds=500), timedelta(minutes=2), timedelta(hours=6)
_OURS = Meaning(is_permanent=False, is_ours=True)
_TRANSIENT = Meaning(is_permanent=False)

# Source: Twilio's error dictionary; 13xxxx are Meta's own, of its Cloud API.
_MEANINGS = {
    **dict.fromkeys(("20429", "63018", "130429", "80007", "4"), Meaning(is_permanent=False, holds_sender_for=_SOON)),
    **dict.fromkeys(("63017", "21611", "30001"), Meaning(is_permanent=False, holds_sender_for=_SLOW)),
    **dict.fromkeys(("63038", "131048"), Meaning(is_permanent=False, holds_sender_for=_DAY)),
    "131056": _TRANSIENT,  # too much to this one person: their own lane waits
    **dict.fromkeys(("20500", "20503", "63008", "63009", "63010", "63011", "63012", "63019", "131053"), _TRANSIENT),
    **dict.fromkeys(("20003", "21212", "21606", "21703", "63001", "63002", "63007", "63020", "63022"), _OURS),
    **dict.fromkeys(("63040", "63041", "190"), _OURS),
    **dict.fromkeys(("21610", "63014", "131050"), Meaning(is_opt_out=True)),
    **dict.fromkeys(("21211", "21614", "63003", "63024", "63033", "131026"), Meaning(flags_address=True)),
    **dict.fromkeys(("63016", "131047"), Meaning(needs_template=True)),
    REPORT_AWAITED: Meaning(is_permanent=False, rests_for=_SLOW, tries_max=3),
    # Meta's own, of its Cloud API and the Graph API below it: unknown, overloaded, away, in maintenance.
    **dict.fromkeys(("1", "2", "131000", "131016", "131057", "133004", "135000"), _TRANSIENT),
    # Not logged in, not permitted, number deleted, unpaid, without its certificate, its name or its registration.
    **dict.fromkeys(("0", "3", "10", "33", "131005", "131042", "131045", "131037", "133010"), _OURS),
    **{str(code): _OURS for code in range(200, 300)},
    # The account has reached how many people it may write to first.
    "131064": Meaning(is_permanent=False, holds_sender_for=_DAY),
    # The account is restricted or locked: nobody knows for how long, so another channel takes over meanwhile.
    **dict.fromkeys(("368", "131031"), Meaning(is_ours=True)),
}
# Final as it is, so that another channel takes over: a parameter (100, 131008, 131009), a kind of message (131051), a
# country (130497), an experiment (130472), what Meta does not deliver for the sake of its users (131049), a template
# that is missing, paused, disabled or wrongly filled in (132xxx), a hidden number that this does not reach (131062).


def meaning_of(code: str) -> Meaning:
    """What follows from this code; one that nobody explained to us is final, as the provider has answered."""
    return _MEANINGS.get(code, Meaning())
