"""Form fields for the platform's own types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from pamoja.foundation.money import AmountUnreadable, Money


class MoneyField(forms.CharField):
    """An amount as people type it (`2,500`), cleaned to `Money` of `currency`; shown again as it was typed."""

    def __init__(self, *, currency: str, least_minor: int = 1, **options: Any) -> None:
        self.currency, self.least_minor = currency, least_minor
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": 24})
        super().__init__(**({"widget": widget} | options))

    def prepare_value(self, value: Any) -> Any:
        return value.figure if isinstance(value, Money) else value

    def clean(self, value: Any) -> Money | None:
        """Raises: ValidationError with the refusal's own sentence."""
        typed = super().clean(value)
        if not typed:
            return None
        try:
            amount = Money.read(typed, self.currency)
        except AmountUnreadable as refusal:
            raise ValidationError(refusal.sentence, code=refusal.code) from None
        if amount.amount_minor < self.least_minor:
            raise ValidationError(f"Write at least {Money(self.least_minor, self.currency).text}.", code="too_little")
        return amount
