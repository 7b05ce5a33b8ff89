"""What became of payments over a time, by rail and by day, week or month: for those who look after them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q, Sum
from django.db.models.functions import Trunc

from pamoja.foundation import papers
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.ledger.public import account_of, statement
from pamoja.kernel.payments.errors.showing import ReportTooLong
from pamoja.kernel.payments.models import Collection, Payout, Refund
from pamoja.kernel.payments.queries.history import STANDINGS, Kind
from pamoja.kernel.payments.rules import rails
from pamoja.kernel.payments.rules.exact import part_of
from pamoja.kernel.payments.rules.givingback import RefundState

Step = Literal["day", "week", "month"]
DAYS_MAX = 732


class _Median(Aggregate):
    """The middle one of a group."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(kw_only=True)
class Figures:
    """Of payments that were asked for in a time. `returned` and `fees` are of that time, whenever it was asked.

    Units: counts, and money in the community's currency; `median` is from asking to arriving.
    """

    asked: int = 0
    asked_money: Money
    done: int = 0
    done_money: Money
    failed: int = 0
    open: int = 0
    median: timedelta | None = None
    returned: Money
    fees: Money

    @classmethod
    def none(cls, currency: str) -> Figures:
        """Nothing happened."""
        nothing = Money.zero(currency)
        return cls(asked_money=nothing, done_money=nothing, returned=nothing, fees=nothing)

    @property
    def success_percent(self) -> int | None:
        """How many of a hundred that have ended went well; None while none has ended."""
        ended = self.done + self.failed
        return part_of(100, self.done, ended) if ended else None

    @property
    def median_words(self) -> str:
        """`40 s`, `12 min`, `5 h`, `3 days`."""
        if self.median is None:
            return ""
        seconds = round(self.median.total_seconds())
        for unit, size in (("days", 86_400), ("h", 3_600), ("min", 60)):
            if seconds >= 2 * size:
                return f"{round(seconds / size)} {unit}"
        return f"{seconds} s"


@dataclass(frozen=True, kw_only=True)
class Report:
    """Money in and out from `first` to `last`, both included."""

    first: date
    last: date
    step: Step
    by_rail: list[tuple[str, Figures]]
    by_period: list[tuple[date, Figures]]
    total: Figures
    sent_by_rail: list[tuple[str, Figures]]
    sent_total: Figures = field(kw_only=True)


def payments_report(first: date, last: date, step: Step, zone: str) -> Report:
    """Raises: ReportTooLong."""
    if not timedelta() <= last - first <= timedelta(days=DAYS_MAX):
        raise ReportTooLong(field="since")
    area = ZoneInfo(zone)
    begins = datetime(first.year, first.month, first.day, tzinfo=area)
    end = last + timedelta(days=1)
    ends = datetime(end.year, end.month, end.day, tzinfo=area)
    currency = current_community().currency
    asked = _Asked(Collection, begins=begins, ends=ends, currency=currency)
    sent = _Asked(Payout, begins=begins, ends=ends, currency=currency)
    period = Trunc("requested_at", step, tzinfo=area)
    by_rail, by_period = asked.by(F("rail")), asked.by(period)
    total = asked.all()
    for rail, at, returned in _returned(begins, ends, currency):
        for each in (by_rail[rail], by_period[_start(at, step, area)], total):
            each.returned += returned
    for rail, at, fee in _fees(begins, ends, currency):
        for each in (by_rail[rail], by_period[_start(at, step, area)], total):
            each.fees += fee
    return Report(
        first=first,
        last=last,
        step=step,
        by_rail=_titled(by_rail.items()),
        by_period=sorted((_day(at, area), each) for at, each in by_period.items()),
        total=total,
        sent_by_rail=_titled(sent.by(F("rail")).items()),
        sent_total=sent.all(),
    )


def report_csv(report: Report) -> str:
    """Its three tables, one under the other, each row saying which it belongs to."""
    code = report.total.asked_money.currency
    headings = [
        "Table", "Of", "Asked", f"Asked ({code})", "Arrived", f"Arrived ({code})", "Failed", "Under way",
        "Success (%)", "Median (s)", f"Given back ({code})", f"Fees ({code})",
    ]  # fmt: skip
    rows = [_row("Money in by rail", name, each) for name, each in report.by_rail]
    rows += [_row(f"Money in by {report.step}", day.isoformat(), each) for day, each in report.by_period]
    rows += [_row("Money in", "all", report.total)]
    rows += [_row("Money out by rail", name, each) for name, each in report.sent_by_rail]
    rows += [_row("Money out", "all", report.sent_total)]
    return papers.as_csv(headings, rows)


def _row(table: str, of: str, each: Figures) -> list[str]:
    median = "" if each.median is None else str(round(each.median.total_seconds()))
    success = "" if each.success_percent is None else str(each.success_percent)
    return [
        table, of, str(each.asked), each.asked_money.decimal, str(each.done), each.done_money.decimal,
        str(each.failed), str(each.open), success, median, each.returned.decimal, each.fees.decimal,
    ]  # fmt: skip


class _Asked:
    """Payments of one direction that were asked for in a time, counted together in one query."""

    def __init__(
        self,
        model: type[Collection] | type[Payout],
        *,
        begins: datetime,
        ends: datetime,
        currency: str,
    ) -> None:
        kind: Kind = "in" if model is Collection else "out"
        arrived = "confirmed_at" if model is Collection else "ended_at"
        self._rows: Any = model.objects.filter(requested_at__gte=begins, requested_at__lt=ends, currency=currency)
        self._currency = currency
        done, failed = Q(state__in=STANDINGS[kind]["done"]), Q(state__in=STANDINGS[kind]["failed"])
        took = ExpressionWrapper(F(arrived) - F("requested_at"), output_field=DurationField())
        self._sums = {
            "asked": Count("pk"),
            "asked_minor": Sum("amount_minor"),
            "done": Count("pk", filter=done),
            "done_minor": Sum("amount_minor", filter=done),
            "failed": Count("pk", filter=failed),
            "open": Count("pk", filter=~done & ~failed),
            "median": _Median(took, filter=done, output_field=DurationField()),
        }

    def by(self, what: Any) -> defaultdict[Any, Figures]:
        rows = self._rows.annotate(of=what).values("of").annotate(**self._sums).order_by("of")
        found: defaultdict[Any, Figures] = defaultdict(lambda: Figures.none(self._currency))
        found.update({row.pop("of"): self._figures(row) for row in rows})
        return found

    def all(self) -> Figures:
        return self._figures(self._rows.aggregate(**self._sums))

    def _figures(self, row: dict[str, Any]) -> Figures:
        none = Figures.none(self._currency)
        for name in ("asked", "done"):
            row[f"{name}_money"] = Money(int(row.pop(f"{name}_minor") or 0), self._currency)
        return Figures(**row, returned=none.returned, fees=none.fees)


def _returned(begins: datetime, ends: datetime, currency: str) -> Iterable[tuple[str, datetime, Money]]:
    gone = Refund.objects.filter(
        state=RefundState.SUCCEEDED, ended_at__gte=begins, ended_at__lt=ends, currency=currency
    )
    for rail, at, minor in gone.values_list("attempt__rail", "ended_at", "amount_minor"):
        assert at is not None, "it has ended"
        yield rail, at, Money(minor, currency)


def _fees(begins: datetime, ends: datetime, currency: str) -> Iterable[tuple[str, datetime, Money]]:
    """What providers kept, as it stands on the books: each line is against the rail it was paid to."""
    account = account_of(owner="community", purpose="fees", currency=currency)
    if account is None:
        return
    for line in statement(account, begins, ends).lines:
        owner, _, rail = line.counterparty.partition(":")
        if owner == "rail":
            yield rail.partition(" ")[0], line.at, Money(-line.amount_minor, currency)


def _titled(found: Iterable[tuple[str, Figures]]) -> list[tuple[str, Figures]]:
    return [(rails.FACTS[rail].title if rail in rails.FACTS else rail, each) for rail, each in sorted(found)]


def _start(at: datetime, step: Step, area: ZoneInfo) -> datetime:
    day = at.astimezone(area).date()
    if step == "month":
        day = day.replace(day=1)
    elif step == "week":
        day -= timedelta(days=day.weekday())
    return datetime(day.year, day.month, day.day, tzinfo=area)


def _day(at: datetime, area: ZoneInfo) -> date:
    return at.astimezone(area).date()
