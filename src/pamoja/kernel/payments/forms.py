"""What members and staff type about payments."""

from __future__ import annotations

from typing import Any

from django import forms

from pamoja.foundation import ids
from pamoja.foundation.errors import Refusal
from pamoja.foundation.money import Money

KINDS = (("", "In and out"), ("in", "Paid in"), ("out", "Sent to me"))
STANDINGS = (
    ("", "All"),
    ("under_way", "Under way"),
    ("done", "Done"),
    ("failed", "Failed"),
    ("checking", "Being checked"),
)
OUTCOMES = (("paid", "It was paid"), ("not_paid", "It was not paid"), ("seen", "Seen, nothing to do"))


class MoneyForm(forms.Form):
    """An amount, and a key by which the same form sent twice counts once."""

    amount = forms.CharField(
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "enterkeyhint": "done"}),
    )
    key = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("key", ids.new_id().hex)
        super().__init__(*args, **kwargs)
        self._currency = currency

    def clean_amount(self) -> Money:
        try:
            return Money.read(self.cleaned_data["amount"], self._currency)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.sentence) from None


class PaymentFilter(forms.Form):
    """Which payments to list; what cannot be read filters nothing."""

    kind = forms.ChoiceField(choices=KINDS, required=False, label="Direction")
    state = forms.ChoiceField(choices=STANDINGS, required=False, label="State")
    since = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label="To", widget=forms.DateInput(attrs={"type": "date"}))


class ResolveForm(forms.Form):
    """What a person found out about a payment in doubt."""

    outcome = forms.ChoiceField(choices=OUTCOMES, widget=forms.RadioSelect)
    reason = forms.CharField(max_length=300, min_length=3, label="How do you know?", strip=True)
    receipt = forms.CharField(max_length=40, required=False, label="M-PESA receipt")
