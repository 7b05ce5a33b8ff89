"""What staff write about prices in tiers, discounts and their codes, and taxes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.forms import BoundField

from pamoja.foundation.errors import Refusal
from pamoja.foundation.money import Money
from pamoja.kernel.payments.models import Discount, Plan
from pamoja.kernel.payments.rules.discounts import WHOLE_BP, Duration, Reduction
from pamoja.kernel.payments.rules.periods import Interval
from pamoja.kernel.payments.rules.pricing import Scheme, Tariff, Tier

TIERS_MAX = 5
_PERCENT_BP = 100


class _Schemes(forms.RadioSelect):
    choice_help = {
        "flat": "The same whatever is used.",
        "each": "So much for every unit, or for every so many.",
        "graduated": "Each unit costs what its own tier says.",
        "volume": "All units cost what the tier of the whole quantity says.",
    }


class _Amounts(forms.Form):
    """Amounts are read in the community's currency."""

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._currency = currency

    def _minor(self, name: str) -> int:
        text = self.cleaned_data.get(name) or ""
        try:
            return Money.read(text, self._currency).amount_minor if text else 0
        except Refusal as refusal:
            self.add_error(name, refusal.sentence)
            return 0


class PriceForm(_Amounts):
    """What a plan costs: flat, by units, or in tiers."""

    scheme = forms.ChoiceField(
        choices=(("flat", "Flat"), ("each", "By unit"), ("graduated", "In tiers, each on its own"),
                 ("volume", "In tiers, by the whole")),
        widget=_Schemes,
        initial="flat",
        label="How is it reckoned?",
    )  # fmt: skip
    amount = forms.CharField(
        max_length=20, required=False, label="Price", widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    per_units = forms.IntegerField(min_value=1, max_value=1_000_000, required=False, label="For how many units")
    unit_name = forms.CharField(max_length=30, required=False, label="What is counted", help_text="Such as: message.")
    is_metered = forms.BooleanField(required=False, label="What was used is billed after each period")
    interval = forms.ChoiceField(choices=[(each.value, each.value) for each in Interval], initial="month", label="Each")
    interval_count = forms.IntegerField(min_value=1, max_value=36, initial=1, label="Every")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, TIERS_MAX + 1):
            self.fields[f"up_to_{number}"] = forms.IntegerField(min_value=1, required=False, label="Up to")
            self.fields[f"unit_{number}"] = forms.CharField(max_length=20, required=False, label="Each")
            self.fields[f"flat_{number}"] = forms.CharField(max_length=20, required=False, label="And once")

    def tier_rows(self) -> Iterable[tuple[BoundField, BoundField, BoundField]]:
        """The fields of each tier."""
        return [(self[f"up_to_{n}"], self[f"unit_{n}"], self[f"flat_{n}"]) for n in range(1, TIERS_MAX + 1)]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        scheme = Scheme(typed.get("scheme") or "flat")
        in_tiers = scheme in (Scheme.GRADUATED, Scheme.VOLUME)
        if not in_tiers and not typed.get("amount"):
            self.add_error("amount", "How much is it?")
        tiers = tuple(self._tiers(typed)) if in_tiers else ()
        if in_tiers and not tiers:
            self.add_error(None, "Write at least one tier; the last one has no end.")
        minor = 0 if in_tiers else self._minor("amount")
        per_units = (typed.get("per_units") or 1) if scheme == Scheme.EACH else 1
        typed["tariff"] = Tariff(scheme, minor, per_units, tiers)
        return typed

    def _tiers(self, typed: dict[str, Any]) -> Iterable[Tier]:
        for number in range(1, TIERS_MAX + 1):
            up_to, unit, flat = (typed.get(f"{name}_{number}") for name in ("up_to", "unit", "flat"))
            if up_to or unit or flat:
                yield Tier(up_to, self._minor(f"unit_{number}"), self._minor(f"flat_{number}"))


class CodeForm(_Amounts):
    """A code, and the discount it gives: one there is already, or a new one."""

    code = forms.RegexField(
        r"^[A-Za-z0-9-]{3,40}$",
        help_text="Letters, digits and dashes; members may write it as they like.",
        error_messages={"invalid": "Use 3 to 40 letters, digits and dashes."},
    )
    discount = forms.ModelChoiceField(
        queryset=Discount.objects.none(), required=False, empty_label="A new one, as follows", label="Discount"
    )
    name = forms.CharField(max_length=60, required=False, label="What invoices call it")
    percent = forms.DecimalField(
        min_value=Decimal("0.01"), max_value=100, decimal_places=2, required=False, label="Per cent off"
    )
    amount = forms.CharField(
        max_length=20, required=False, label="Or an amount off", widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    duration = forms.ChoiceField(
        choices=(("once", "The first invoice"), ("repeating", "Several invoices"), ("forever", "For ever")),
        initial="once",
        label="For how long?",
    )
    times = forms.IntegerField(min_value=1, max_value=120, required=False, label="For how many invoices")
    plan = forms.ModelChoiceField(queryset=Plan.objects.none(), required=False, empty_label="Any plan")
    is_for_first_only = forms.BooleanField(required=False, label="Only for who has never paid an invoice")
    redemptions_max = forms.IntegerField(min_value=1, required=False, label="How often it may be used")
    until = forms.DateField(required=False, label="Until", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (
            ("discount", Discount.objects.order_by("-made_at")),
            ("plan", Plan.objects.order_by("name")),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("discount"):
            return typed
        off_minor, percent = self._minor("amount"), typed.get("percent")
        if bool(off_minor) == bool(percent):
            self.add_error("percent", "Write either a share or an amount.")
        if not typed.get("name"):
            self.add_error("name", "How do invoices call it?")
        if typed.get("duration") == Duration.REPEATING and not typed.get("times"):
            self.add_error("times", "For how many invoices?")
        typed["reduction"] = Reduction(int((percent or 0) * _PERCENT_BP), 0 if percent else off_minor)
        return typed

    def expires_at(self, zone: str) -> datetime | None:
        """The end of the last day on which it can be used."""
        day = self.cleaned_data.get("until")
        return datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone)) if day else None


class TaxForm(forms.Form):
    """A tax on invoices from now on."""

    name = forms.CharField(max_length=40, help_text="As it stands on invoices: VAT.")
    percent = forms.DecimalField(min_value=Decimal("0.01"), max_value=100, decimal_places=2, label="Per cent")
    is_inclusive = forms.BooleanField(required=False, label="Our prices contain it")
    registration = forms.CharField(max_length=40, required=False, label="Our number with the tax office")

    def rate_bp(self) -> int:
        """In hundredths of a per cent, at most all of it."""
        return min(int(self.cleaned_data["percent"] * _PERCENT_BP), WHOLE_BP)
