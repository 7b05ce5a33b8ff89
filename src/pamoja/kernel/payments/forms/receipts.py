"""What a member copies from M-PESA's message."""

from __future__ import annotations

from django import forms


class ReceiptForm(forms.Form):
    """A receipt."""

    receipt = forms.CharField(
        max_length=20, strip=True, label="Receipt", widget=forms.TextInput(attrs={"autocapitalize": "characters"})
    )
