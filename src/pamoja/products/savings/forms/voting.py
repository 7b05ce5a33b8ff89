"""What people type when a circle decides."""

from __future__ import annotations

from django import forms

from pamoja.products.savings.models.voting import MAJORITIES
from pamoja.products.savings.rules.board import BODY_LENGTH_MAX
from pamoja.products.savings.rules.voting import DAYS_MAX, TITLE_LENGTH_MAX


class ProposalForm(forms.Form):
    """Something that the circle should decide."""

    title = forms.CharField(
        label="What should the circle decide?",
        max_length=TITLE_LENGTH_MAX,
        widget=forms.TextInput(attrs={"placeholder": "We meet on the first Sunday"}),
    )
    body = forms.CharField(
        label="Why, and what exactly",
        max_length=BODY_LENGTH_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class VotingRuleForm(forms.Form):
    """How a circle decides."""

    quorum_percent = forms.IntegerField(
        label="Take part at least", min_value=1, max_value=100, help_text="Percent of those in the circle."
    )
    majority = forms.ChoiceField(label="For it must be", choices=MAJORITIES, widget=forms.RadioSelect)
    days = forms.IntegerField(label="Days to vote", min_value=1, max_value=DAYS_MAX)
