"""Background work of savings: pots that are full, and the sweep of what has become due.

The sweep asks what is due now rather than waking at a set time, so that a turned clock, a stopped worker and a long
night all
end the same. Each circle is done in a transaction of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

from pamoja.foundation.actions import SYSTEM
from pamoja.foundation.errors import Refusal
from pamoja.foundation.jobs import every, job
from pamoja.kernel.communities.public import each_community
from pamoja.products.savings.actions.collecting import (
    collect_due,
    record_asked_again,
    record_collected,
    record_not_collected,
)
from pamoja.products.savings.actions.falling_due import add_late_fees, mark_overdue, remind_of_due, remind_of_late
from pamoja.products.savings.actions.ordering import expire_swaps
from pamoja.products.savings.actions.paying_out import pay_out_round
from pamoja.products.savings.actions.sending import record_not_sent, record_sent, send_to_phone
from pamoja.products.savings.actions.starting import open_due_rounds
from pamoja.products.savings.actions.voting import close_proposal
from pamoja.products.savings.queries import sweeping
from pamoja.products.savings.queries.voting import proposals_to_close

log = logging.getLogger(__name__)

# A sweep that has more to do than this goes on the next time, so that one community does not starve another.
BATCHES_MAX = 25


@job("savings.pay_out_pot")
def pay_out_pot(*, round_id: str) -> None:
    """Pay the pot out if it is ready; a pause, a missing contribution or another worker's payout are no failure."""
    try:
        pay_out_round(by=SYSTEM, round_id=UUID(round_id))
    except Refusal as refusal:
        log.info("savings.pot_stays", extra={"round_id": round_id, "code": refusal.code})


@job("savings.pay_out_full_pots")
def pay_out_full_pots(*, circle_id: str) -> None:
    """After a pause: pots that had become full."""
    for round_id in sweeping.full_rounds_of(UUID(circle_id)):
        pay_out_pot.func(round_id=str(round_id))


@job("savings.record_collected")
def note_collected(*, contribution_id: str, collection_id: str) -> None:
    """Pay the contribution with the money that has come into the wallet."""
    record_collected(by=SYSTEM, contribution_id=UUID(contribution_id), collection_id=UUID(collection_id))


@job("savings.record_not_collected")
def note_not_collected(*, contribution_id: str, collection_id: str, reason: str, may_retry: bool) -> None:
    """Say what became of the prompt."""
    record_not_collected(
        by=SYSTEM,
        contribution_id=UUID(contribution_id),
        collection_id=UUID(collection_id),
        reason=reason,
        may_retry=may_retry,
    )


@job("savings.record_asked_again")
def note_asked_again(*, contribution_id: str, collection_id: str) -> None:
    """The phone shows the next prompt."""
    record_asked_again(by=SYSTEM, contribution_id=UUID(contribution_id), collection_id=UUID(collection_id))


@job("savings.send_to_phone")
def send_on(*, payout_id: str) -> None:
    """Send what the recipient received on to their phone, if they want it there."""
    send_to_phone(by=SYSTEM, payout_id=UUID(payout_id))


@job("savings.record_sent")
def note_sent(*, payout_id: str) -> None:
    """It has reached the phone."""
    record_sent(by=SYSTEM, payout_id=UUID(payout_id))


@job("savings.record_not_sent")
def note_not_sent(*, payout_id: str, reason: str) -> None:
    """It stayed in the wallet."""
    record_not_sent(by=SYSTEM, payout_id=UUID(payout_id), reason=reason)


@every(seconds=20, name="savings.sweep")
def sweep() -> None:
    """Open rounds, remind, mark late, fine, pay short pots out, close old requests: whatever is due by now."""
    for community in each_community():
        if community.has_on("savings"):
            sweep_community()


def sweep_community() -> None:
    """What is due now in the entered community."""
    for find, deed in STEPS:
        _drain(find, deed)


def _open(circle_id: UUID) -> None:
    open_due_rounds(by=SYSTEM, circle_id=circle_id)


def _remind(circle_id: UUID) -> None:
    remind_of_due(by=SYSTEM, circle_id=circle_id)


def _collect(circle_id: UUID) -> None:
    collect_due(by=SYSTEM, circle_id=circle_id)


def _mark_overdue(circle_id: UUID) -> None:
    mark_overdue(by=SYSTEM, circle_id=circle_id)


def _remind_of_late(circle_id: UUID) -> None:
    remind_of_late(by=SYSTEM, circle_id=circle_id)


def _fine(circle_id: UUID) -> None:
    add_late_fees(by=SYSTEM, circle_id=circle_id)


def _pay_short_pot(round_id: UUID) -> None:
    pay_out_round(by=SYSTEM, round_id=round_id)


def _expire_swaps(circle_id: UUID) -> None:
    expire_swaps(by=SYSTEM, circle_id=circle_id)


def _close_proposal(proposal_id: UUID) -> None:
    close_proposal(by=SYSTEM, proposal_id=proposal_id)


STEPS: list[tuple[Callable[[], list[UUID]], Callable[[UUID], None]]] = [
    (sweeping.circles_to_open_rounds, _open),
    (sweeping.circles_to_remind, _remind),
    (sweeping.circles_to_collect, _collect),
    (sweeping.circles_to_mark_overdue, _mark_overdue),
    (sweeping.circles_to_fine, _fine),
    (sweeping.circles_to_remind_of_late, _remind_of_late),
    (sweeping.rounds_to_pay_out, _pay_short_pot),
    (sweeping.circles_with_old_swaps, _expire_swaps),
    (proposals_to_close, _close_proposal),
]


def _drain(find: Callable[[], list[UUID]], deed: Callable[[UUID], None]) -> None:
    tried: set[UUID] = set()
    for _ in range(BATCHES_MAX):
        found = [each for each in find() if each not in tried]
        if not found:
            return
        for each in found:
            tried.add(each)
            try:
                deed(each)
            except Refusal as refusal:
                # Somebody paused or ended it a moment ago.
                log.info("savings.sweep_refused", extra={"subject": str(each), "code": refusal.code})
