"""Every morning, see whether a month is over and its report is due."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pamoja.foundation import clock
from pamoja.foundation.jobs import every
from pamoja.kernel.communities.public import each_community
from pamoja.kernel.payments.actions.reporting import report_month

REPORTED_FROM_HOUR = 7


@every(seconds=3600, name="payments.month_reports")
def report_months() -> None:
    """In each community's own morning and after; a month that was reported is not reported again."""
    for community in each_community():
        if clock.now().astimezone(ZoneInfo(community.time_zone)).hour >= REPORTED_FROM_HOUR:
            report_month()
