"""The report of a month, drawn up once when the month is over."""

from __future__ import annotations

from datetime import timedelta

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action
from pamoja.foundation.events import announce
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.payments.events.community import MonthReported
from pamoja.kernel.payments.models import PaymentSettings
from pamoja.kernel.payments.queries.reports import payments_report


@action
def report_month(*, by: Actor = SYSTEM) -> bool:
    """Whether last month was reported now: not twice, and not when nothing was asked or sent in it."""
    community = current_community()
    last = clock.today(community.time_zone).replace(day=1) - timedelta(days=1)
    PaymentSettings.objects.get_or_create()
    row = PaymentSettings.objects.select_for_update().get()
    if row.reported_until is not None and row.reported_until >= last:
        return False
    row.reported_until = last
    row.save(update_fields=["reported_until"])
    report = payments_report(last.replace(day=1), last, "month", community.time_zone)
    if not report.total.asked and not report.sent_total.asked:
        return False
    announce(
        MonthReported(
            community_id=community.pk,
            what=f"{last:%B %Y}",
            month_on=last.replace(day=1),
            arrived=report.total.done,
            amount=report.total.done_money,
        )
    )
    return True
