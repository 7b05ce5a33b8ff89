"""How payments are filtered and searched, and which days and steps a report has."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django import forms

from pamoja.foundation.errors import Refusal
from pamoja.foundation.money import Money
from pamoja.kernel.payments.forms import STANDINGS
from pamoja.kernel.payments.queries.history import Wanted
from pamoja.kernel.payments.queries.wallet import day_begins
from pamoja.kernel.payments.rules import rails

KINDS = (("", "In and out"), ("in", "Money in"), ("out", "Money out"))
RAILS = (("", "All"), *((each.name, each.title) for each in rails.FACTS.values()))
STEPS = (("month", "Months"), ("week", "Weeks"), ("day", "Days"))


class HistoryFilter(forms.Form):
    """Which payments to list; what cannot be read filters nothing. Days are those of the reader's time zone."""

    q = forms.CharField(max_length=80, required=False, label="Search")
    kind = forms.ChoiceField(choices=KINDS, required=False, label="Direction")
    state = forms.ChoiceField(choices=STANDINGS, required=False, label="State")
    rail = forms.ChoiceField(choices=RAILS, required=False, label="By")
    since = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label="To", widget=forms.DateInput(attrs={"type": "date"}))
    least = forms.CharField(
        max_length=20, required=False, label="At least", widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    most = forms.CharField(
        max_length=20, required=False, label="At most", widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )

    def __init__(self, *args: Any, currency: str, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._currency = currency
        self._zone = zone

    def wanted(self) -> Wanted:
        """What was asked for, as far as it can be read."""
        self.is_valid()
        typed = self.cleaned_data if self.is_bound else {}
        return Wanted(
            kind=typed.get("kind") or None,
            standing=typed.get("state") or None,
            rail=typed.get("rail") or None,
            since=day_begins(typed.get("since"), self._zone),
            until=day_begins(typed.get("until"), self._zone, after=True),
            least=self._money(typed.get("least")),
            most=self._money(typed.get("most")),
            text=typed.get("q") or "",
        )

    def _money(self, text: str | None) -> Money | None:
        with suppress(Refusal):
            return Money.read(text, self._currency) if text else None
        return None

    @property
    def has_more(self) -> bool:
        """Whether one of those that are folded away is used."""
        return any(self[name].value() for name in ("since", "until", "least", "most"))


class ReportForm(forms.Form):
    """Of which days a report is, and how they are put together."""

    since = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label="To", widget=forms.DateInput(attrs={"type": "date"}))
    step = forms.ChoiceField(choices=STEPS, required=False, label="By")
