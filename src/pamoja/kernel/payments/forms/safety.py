"""What staff type about limits, freezes and approvals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from pamoja.foundation.errors import Refusal
from pamoja.foundation.money import Money
from pamoja.kernel.payments.forms import MoneyForm
from pamoja.kernel.payments.rules.limits import Allowed, Direction, Period, Tier
from pamoja.kernel.payments.rules.safeguards import ADJUSTED_AGAINST, APPROVAL_H_MAX, COOLING_H_MAX, Safeguards


class SaysRadio(forms.RadioSelect):
    """Choices with a sentence under each."""

    def __init__(self, choice_help: Mapping[str, str]) -> None:
        super().__init__()
        self.choice_help = choice_help


class ReasonForm(forms.Form):
    """Why, for the record."""

    reason = forms.CharField(max_length=300, min_length=3, strip=True, label="Why?")


class LiftForm(forms.Form):
    """What becomes of frozen money, and why."""

    outcome = forms.ChoiceField(
        label="What shall happen?",
        choices=(("go_on", "Lift it, and let what waits go on"), ("give_back", "Lift it, and give back what waits")),
        widget=SaysRadio(
            {
                "go_on": "Unless something else stands in its way.",
                "give_back": "It is in the member's wallet again, and can be spent.",
            }
        ),
    )
    reason = forms.CharField(max_length=300, min_length=3, strip=True, label="How do you know?")


class DecisionForm(forms.Form):
    """Yes or no, and why."""

    decision = forms.ChoiceField(
        label="Do you agree?", choices=(("approve", "Approve"), ("decline", "Decline")), widget=forms.RadioSelect
    )
    reason = forms.CharField(max_length=300, min_length=3, strip=True, label="Why?")


class TierForm(forms.Form):
    """Whether staff know who a member is."""

    tier = forms.ChoiceField(
        label="What is certain?",
        choices=((Tier.VERIFIED.value, "Verified"), (Tier.BASIC.value, "Not verified")),
        widget=SaysRadio(
            {
                Tier.VERIFIED: "You saw an identity document, and it is theirs.",
                Tier.BASIC: "Only what the member confirmed counts: phone or e-mail address.",
            }
        ),
    )
    reason = forms.CharField(max_length=300, min_length=3, strip=True, label="What did you see?")


class AdjustmentForm(MoneyForm):
    """A correction of a wallet."""

    direction = forms.ChoiceField(
        label="Which way?",
        choices=((Direction.IN.value, "Into the wallet"), (Direction.OUT.value, "Out of the wallet")),
        widget=forms.RadioSelect,
    )
    account = forms.ChoiceField(label="The community's account", choices=tuple(ADJUSTED_AGAINST.items()))
    reason = forms.CharField(max_length=300, min_length=3, strip=True, label="Why?")
    evidence = forms.CharField(max_length=300, min_length=3, strip=True, label="What proves it?")


class LimitsForm(forms.Form):
    """The limits of a tier; an empty field is without limit."""

    def __init__(self, *args: Any, allowed: Mapping[Direction, Allowed], currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._currency = currency
        words = {Period.SINGLE: "At a time", Period.DAY: "In a day", Period.MONTH: "In 30 days"}
        for direction in Direction:
            for period in Period:
                minor = allowed[direction].of(period)
                self.fields[f"{direction}_{period}"] = forms.CharField(
                    label=words[period],
                    required=False,
                    max_length=20,
                    initial="" if minor is None else Money(minor, currency).figure,
                    widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
                )

    @property
    def of_in(self) -> list[forms.BoundField]:
        return [self[f"{Direction.IN}_{period}"] for period in Period]

    @property
    def of_out(self) -> list[forms.BoundField]:
        return [self[f"{Direction.OUT}_{period}"] for period in Period]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        for name in self.fields:
            self.cleaned_data[name] = _money(self, name, self._currency)
        return typed

    def limits(self) -> dict[tuple[Direction, Period], Money | None]:
        """What was typed; None is without limit."""
        return {(way, period): self.cleaned_data[f"{way}_{period}"] for way in Direction for period in Period}


class SafeguardsForm(forms.Form):
    """From which amount two people decide, and how long things wait."""

    large = forms.CharField(
        label="Two people decide from",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text="Left empty: no payout needs a second person.",
    )
    cooling_h = forms.IntegerField(
        label="A new phone or account waits",
        min_value=0,
        max_value=COOLING_H_MAX,
        help_text="Before money can be sent there. The one a member joined with does not wait.",
    )
    approval_h = forms.IntegerField(
        label="Time to decide",
        min_value=1,
        max_value=APPROVAL_H_MAX,
        help_text="After that a payout goes back to its wallet, and a correction is dropped.",
    )

    def __init__(self, *args: Any, known: Safeguards, currency: str, **kwargs: Any) -> None:
        large = "" if known.large_minor is None else Money(known.large_minor, currency).figure
        kwargs["initial"] = {"large": large, "cooling_h": known.cooling_h, "approval_h": known.approval_h}
        super().__init__(*args, **kwargs)
        self._currency = currency

    def clean_large(self) -> Money | None:
        return _money(self, "large", self._currency)


def _money(form: forms.Form, name: str, currency: str) -> Money | None:
    text = form.cleaned_data.get(name, "")
    if not text:
        return None
    try:
        return Money.read(text, currency)
    except Refusal as refusal:
        form.add_error(name, refusal.sentence)
        return None
