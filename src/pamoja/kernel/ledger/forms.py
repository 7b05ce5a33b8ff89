"""The shape of what pages ask: which stretch of time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django import forms

DAYS = 90
DAYS_MAX = 732


class PeriodForm(forms.Form):
    """Whole days from `since` to `until`, both included; the last three months when nothing is said."""

    since = forms.DateField(required=False)
    until = forms.DateField(required=False)

    def clean(self) -> dict[str, date | None]:
        """Raises: ValidationError for a stretch that ends before it begins or is longer than two years."""
        found = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and until and not timedelta() <= until - since <= timedelta(days=DAYS_MAX):
            raise forms.ValidationError("Choose at most two years, the first day before the last.")
        if any(day and not 2000 <= day.year <= 2200 for day in (since, until)):
            raise forms.ValidationError("Choose days of this century.")
        return found

    def moments(self, zone: str, today: date) -> tuple[datetime, datetime]:
        """When the first day begins and the last one ends, in the reader's time zone."""
        chosen = self.cleaned_data if self.is_bound and self.is_valid() else {}
        last = chosen.get("until") or today
        first = chosen.get("since") or last - timedelta(days=DAYS)
        return _begins(first, zone), _begins(last + timedelta(days=1), zone)


def _begins(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
