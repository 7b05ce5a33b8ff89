"""Money that comes by itself: providers are told where to tell of it, and are asked about what is said to have come."""

from __future__ import annotations

import logging

from pamoja.foundation.jobs import every
from pamoja.kernel.payments.actions import arriving, connecting, depositing
from pamoja.kernel.payments.actions.arriving import ArrivalQuestion
from pamoja.kernel.payments.errors import RailFailure
from pamoja.kernel.payments.jobs.speaking import for_each_community, spoken
from pamoja.kernel.payments.providers.rails import rail_named
from pamoja.kernel.payments.rules.rails import BANK, MPESA

log = logging.getLogger(__name__)

_BATCH = 100
_PAGES_MAX = 200


def ask_about_arrivals() -> None:
    """Ask the rail about every payment that is said to have come; the answers come as webhooks."""
    while due := arriving.take_due_arrivals(limit=_BATCH):
        for question, answer in zip(due, spoken(_ask, due), strict=True):
            if isinstance(answer, RailFailure):
                log.info("a receipt was not asked about", extra={"receipt": question.receipt, "code": answer.code})


def _ask(question: ArrivalQuestion) -> None:
    rail_named(MPESA).query_receipt(receipt=question.receipt, token=question.token)


@every(seconds=30, name="payments.open_paybills")
def open_paybills() -> None:
    """Let M-PESA know where to tell of payments by menu, once a paybill."""
    for_each_community(open_paybill, trouble="a paybill was not opened")


def open_paybill() -> None:
    """The installation's paybill, if the entered community pays by it and no other watches it."""
    wanted = connecting.take_paybill()
    if wanted is not None:
        rail_named(MPESA).register_addresses(paid=wanted.paid, check=wanted.check)
        connecting.record_paybill(inlet_id=wanted.inlet_id, address=wanted.paid)


@every(seconds=30, name="payments.read_banks")
def read_banks() -> None:
    """Read what came into each community's bank account."""
    for_each_community(read_bank, trouble="a bank was not read")


def read_bank() -> None:
    """The entered community's own account, from where it was read last; each line is posted once."""
    wanted = connecting.take_feed()
    if wanted is None:
        return
    since = wanted.since
    for _ in range(_PAGES_MAX):
        page = rail_named(BANK).feed(account=wanted.account, since=since)
        depositing.take_lines(inlet_id=wanted.inlet_id, lines=page.lines, cursor=page.cursor)
        if not page.has_more or page.cursor == since:
            return
        since = page.cursor
