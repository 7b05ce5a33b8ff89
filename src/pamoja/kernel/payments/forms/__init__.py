"""What members and staff type about payments."""

from __future__ import annotations

from typing import Any

from django import forms

from pamoja.foundation import ids
from pamoja.foundation.errors import Refusal
from pamoja.foundation.money import Money
from pamoja.kernel.payments.rules.banking import BankAccount, read_account

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


class PayForm(MoneyForm):
    """How much, and by which way to pay: a saved one, the phone, or a transfer."""

    way = forms.ChoiceField(widget=forms.RadioSelect, required=False, label="Pay with")

    def __init__(self, *args: Any, currency: str, ways: list[tuple[str, str]], **kwargs: Any) -> None:
        if ways:
            kwargs["initial"] = {"way": ways[0][0], **kwargs.get("initial", {})}
        super().__init__(*args, currency=currency, **kwargs)
        self._first = ways[0][0] if ways else ""
        field = self.fields["way"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = ways

    def clean_way(self) -> str:
        return self.cleaned_data["way"] or self._first


class SendForm(PayForm):
    """How much, and to which of the member's own places."""

    way = forms.ChoiceField(widget=forms.RadioSelect, required=False, label="Send it to")


class CaseForm(forms.Form):
    """What a person decided about a case, and whose the money is when nobody knew."""

    reason = forms.CharField(max_length=300, min_length=3, label="What did you decide, and why?", strip=True)
    member = forms.UUIDField(required=False, widget=forms.HiddenInput)


class StatementForm(forms.Form):
    """A bank's or a paybill's statement as CSV."""

    statement = forms.FileField(help_text="CSV with the columns Amount and Reference; Id, Sort code and Account help.")


class EvidenceForm(forms.Form):
    """What speaks for a payment that a bank questions."""

    evidence = forms.CharField(max_length=20_000, min_length=3, widget=forms.Textarea(attrs={"rows": 6}))


class RefundForm(MoneyForm):
    """How much of a payment to give back, and why."""

    reason = forms.CharField(max_length=200, min_length=3, label="Why?", strip=True)


class PhoneForm(forms.Form):
    """A phone to be asked by M-PESA."""

    phone = forms.CharField(max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"}))


class BankAccountForm(forms.Form):
    """A bank account to send money to."""

    holder = forms.CharField(max_length=80, label="Account holder")
    bank = forms.CharField(max_length=30)
    sort_code = forms.CharField(max_length=10, required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    account = forms.CharField(max_length=40, label="Account number or IBAN")

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._country = country

    def cleaned_account(self) -> BankAccount:
        """Raises: BankAccountUnreadable."""
        return read_account(**self.cleaned_data, country=self._country)
