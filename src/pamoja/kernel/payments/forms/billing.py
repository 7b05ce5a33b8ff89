"""What members and staff type about billing."""

from __future__ import annotations

from typing import Any

from django import forms

from pamoja.foundation import ids
from pamoja.foundation.errors import Refusal
from pamoja.foundation.money import Money
from pamoja.kernel.payments.forms import MoneyForm
from pamoja.kernel.payments.rules.periods import Interval


class SubscribeForm(forms.Form):
    """How a plan is paid, and a promotion code if there is one."""

    way = forms.ChoiceField(
        choices=(("method", "By my way to pay"), ("wallet", "From my wallet")),
        widget=forms.RadioSelect,
        label="Pay",
        initial="method",
    )
    code = forms.CharField(max_length=40, required=False, label="Promotion code")
    key = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("key", ids.new_id().hex)
        super().__init__(*args, **kwargs)


class QuestionForm(forms.Form):
    """A question about billing."""

    subject = forms.CharField(max_length=120, label="What is it about?")
    text = forms.CharField(max_length=2000, label="Your question", widget=forms.Textarea(attrs={"rows": 5}))


class ReplyForm(forms.Form):
    """What one side writes next."""

    text = forms.CharField(max_length=2000, label="Write", widget=forms.Textarea(attrs={"rows": 4}))
    is_closed = forms.BooleanField(required=False, label="That is all: close it")


class RefundForm(MoneyForm):
    """How much of an invoice goes back, and why."""

    reason = forms.CharField(max_length=200, min_length=3, label="Why?")


class PlanForm(forms.Form):
    """A plan with a flat price; what is finer is made by the API or the product itself."""

    product = forms.SlugField(max_length=40, label="For which product?")
    name = forms.CharField(max_length=80)
    code = forms.SlugField(max_length=40, help_text="A short name that stays.")
    description = forms.CharField(max_length=300, required=False)
    amount = forms.CharField(max_length=20, label="Price", widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    interval = forms.ChoiceField(choices=[(each.value, f"Every {each.value}") for each in Interval], initial="month")
    trial_days = forms.IntegerField(min_value=0, max_value=365, initial=0, label="Days to try it for free")
    grace_days = forms.IntegerField(min_value=0, max_value=90, initial=7, label="Days of grace when it is not paid")
    after_grace = forms.ChoiceField(choices=(("cancel", "Cancel it"), ("pause", "Pause it")), label="After the grace")
    grants = forms.CharField(max_length=300, required=False, label="What it opens", help_text="With spaces between.")

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._currency = currency

    def clean_amount(self) -> Money:
        try:
            return Money.read(self.cleaned_data["amount"], self._currency)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.sentence) from None
