"""What who runs a community chooses about how it is paid."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import BoundField

from pamoja.foundation.errors import Refusal
from pamoja.kernel.payments.actions.configuring import Choices
from pamoja.kernel.payments.errors.showing import DaysUnsound
from pamoja.kernel.payments.models import PaymentSettings
from pamoja.kernel.payments.queries.readiness import RailStanding
from pamoja.kernel.payments.rules import rails as facts
from pamoja.kernel.payments.rules.banking import read_account
from pamoja.kernel.payments.rules.waits import read_waits, written_waits

_ASKING = (facts.MPESA, facts.STRIPE)
"""The rails that are asked again by themselves."""

_BANK = ("holder", "bank", "sort_code", "account")


class SettingsForm(forms.Form):
    """One row of fields a rail, then when members are asked again, then the account they transfer to."""

    attempts_max = forms.IntegerField(min_value=1, max_value=20, required=False, label="How often altogether")
    from_hour = forms.IntegerField(min_value=0, max_value=23, required=False, label="From")
    until_hour = forms.IntegerField(min_value=1, max_value=24, required=False, label="Until")
    weekdays = forms.TypedMultipleChoiceField(
        choices=list(enumerate(calendar.day_name)),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="On these days",
    )
    paydays = forms.CharField(max_length=80, required=False, label="Paydays")
    holder = forms.CharField(max_length=80, required=False, label="Account holder")
    bank = forms.CharField(max_length=30, required=False)
    sort_code = forms.CharField(max_length=10, required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    account = forms.CharField(max_length=40, required=False, label="Account number or IBAN")

    def __init__(
        self, *args: Any, chosen: PaymentSettings, standing: Sequence[RailStanding], country: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **(kwargs | {"initial": _initial(chosen)}))
        self._standing = standing
        self._country = country
        places = [(number, str(number)) for number in range(1, len(standing) + 1)]
        for number, each in enumerate(standing, start=1):
            self.fields[f"on_{each.name}"] = forms.BooleanField(required=False, label=each.title, initial=each.is_on)
            self.fields[f"place_{each.name}"] = forms.ChoiceField(
                choices=places, required=False, label="Place", initial=number
            )
        for name in _ASKING:
            waits = chosen.delays_s.get(name) or facts.FACTS[name].delays_s
            self.fields[f"waits_{name}"] = forms.CharField(
                max_length=120, required=False, label=facts.FACTS[name].title, initial=written_waits(waits)
            )

    def rows(self) -> list[tuple[RailStanding, BoundField, BoundField]]:
        """Each rail with its switch and its place."""
        return [(each, self[f"on_{each.name}"], self[f"place_{each.name}"]) for each in self._standing]

    def waits(self) -> list[BoundField]:
        """What to wait between attempts, for each rail that asks by itself."""
        return [self[f"waits_{name}"] for name in _ASKING]

    def clean_paydays(self) -> list[int]:
        parts = re.split(r"[\s,]+", self.cleaned_data["paydays"].strip())
        if not all(part.isdecimal() and 1 <= int(part) <= 31 for part in parts if part):
            raise forms.ValidationError(DaysUnsound().sentence)
        return [int(part) for part in parts if part]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        for name in _ASKING:
            self._take(f"waits_{name}", lambda field=f"waits_{name}": read_waits(typed.get(field) or ""))
        self.cleaned_data["bank_account"] = {}
        if any(typed.get(name) for name in ("holder", "bank", "account")):
            self._take("bank_account", lambda: self._account(typed))
        return self.cleaned_data

    def choices(self) -> Choices:
        """What was chosen, once it is valid."""
        typed = self.cleaned_data
        places = {
            each.name: int(typed[f"place_{each.name}"] or number)
            for number, each in enumerate(self._standing, start=1)
            if typed[f"on_{each.name}"]
        }
        usual = {name: list(facts.FACTS[name].delays_s) for name in _ASKING}
        waits = {name: typed[f"waits_{name}"] for name in _ASKING}
        return Choices(
            rails=sorted(places, key=lambda name: places[name]),
            attempts_max=typed["attempts_max"],
            delays_s={name: each for name, each in waits.items() if each and each != usual[name]},
            from_hour=typed["from_hour"],
            until_hour=typed["until_hour"],
            weekdays=[] if len(typed["weekdays"]) == len(calendar.day_name) else typed["weekdays"],
            paydays=typed["paydays"],
            bank_account=typed["bank_account"],
        )

    def _take(self, name: str, read: Any) -> None:
        try:
            self.cleaned_data[name] = read()
        except Refusal as refusal:
            wrong = refusal.field if refusal.field in self.fields else name if name in self.fields else None
            self.add_error(wrong, refusal.sentence)

    def _account(self, typed: dict[str, Any]) -> dict[str, str]:
        read = read_account(**{name: typed.get(name) or "" for name in _BANK}, country=self._country)
        number = "iban" if read.account[:2].isalpha() and not read.sort_code else "account"
        said = {"holder": read.holder, "bank": read.bank, "sort_code": read.sort_code, number: read.account}
        return {name: value for name, value in said.items() if value}


def _initial(chosen: PaymentSettings) -> dict[str, Any]:
    account = chosen.bank_account
    return {
        "attempts_max": chosen.attempts_max,
        "from_hour": chosen.from_hour,
        "until_hour": chosen.until_hour,
        "weekdays": chosen.weekdays or list(range(len(calendar.day_name))),
        "paydays": ", ".join(str(each) for each in chosen.paydays),
        **{name: account.get(name, "") for name in _BANK},
        "account": account.get("account") or account.get("iban", ""),
    }
