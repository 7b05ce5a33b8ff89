"""The shapes of what people type about circles; what may be is decided by the rules."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms

from pamoja.foundation.errors import Refusal
from pamoja.foundation.form_fields import MoneyField
from pamoja.foundation.money import Money
from pamoja.foundation.money import currency as money_unit
from pamoja.kernel.payments.public import asks_phones
from pamoja.products.savings.errors import CircleSettingInvalid
from pamoja.products.savings.models import Circle, CircleMember
from pamoja.products.savings.rules import invitations, money
from pamoja.products.savings.rules.board import BODY_LENGTH_MAX
from pamoja.products.savings.rules.terms import (
    DESCRIPTION_LENGTH_MAX,
    NAME_LENGTH_MAX,
    RULES_LENGTH_MAX,
    Terms,
    check_terms,
)

FIRST_DUE_DAYS = 14
"""How far ahead the first due day is proposed: time to gather people."""


class Choices(forms.RadioSelect):
    """Radio buttons with a sentence under each; `choice_help` is read by the `form_field` tag."""

    def __init__(self, **help_of_choices: str) -> None:
        super().__init__()
        self.choice_help = help_of_choices

    def __deepcopy__(self, memo: Any) -> Choices:
        copied = super().__deepcopy__(memo)
        copied.choice_help = self.choice_help
        return copied


class Files(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """The uploaded files, as a list that may be empty; what they really are is looked at later."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(FilesField, self).clean(each, initial) for each in data or [] if each]


class ReplyForm(forms.Form):
    """Something to say on a circle's board."""

    body = forms.CharField(
        label="Reply",
        required=False,
        strip=False,
        max_length=BODY_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    attached = FilesField(
        label="Pictures or PDF",
        required=False,
        help_text="At most four, 5 MB each.",
        widget=Files(attrs={"accept": "image/jpeg,image/png,image/webp,application/pdf", "multiple": True}),
    )


class PostForm(ReplyForm):
    """The same for everybody in the circle; the organiser may announce it."""

    announces = forms.BooleanField(
        label="Announce it to everybody", required=False, help_text="It is pinned, and each member gets a message."
    )

    def __init__(self, *args: Any, may_announce: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].label = "Say something to the circle"
        if not may_announce:
            del self.fields["announces"]


class TermsForm(forms.Form):
    """Everything that somebody chooses who makes a circle, in the order in which it is asked."""

    PARTS: ClassVar[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
        ("Your circle", "", ("name", "description", "visibility")),
        ("The money", "", ("amount", "members_max", "frequency", "first_due_on")),
        ("Whose turn is when", "", ("order_by", "allows_swaps", "turns")),
        (
            "When somebody is late",
            "Agree on this now, while everybody is friends.",
            ("late_fee", "grace_days", "shortfall_rule", "shortfall_after_days"),
        ),
        ("Your own rules", "", ("rules_text",)),
    )

    HALVES: ClassVar[frozenset[str]] = frozenset({"amount", "members_max", "late_fee", "grace_days"})
    """The fields that stand in pairs where there is room."""

    name = forms.CharField(label="Name", max_length=NAME_LENGTH_MAX, help_text="What you call yourselves.")
    description = forms.CharField(
        label="About",
        max_length=DESCRIPTION_LENGTH_MAX,
        required=False,
        widget=forms.Textarea,
        help_text="Who you are and what you save for.",
    )
    visibility = forms.ChoiceField(
        label="Who can find it",
        choices=[("private", "By invitation"), ("open", "Listed")],
        widget=Choices(
            private="Only people with your code can see and join it.",
            open="Members of the community find it and ask to join; you decide.",
        ),
    )
    members_max = forms.IntegerField(
        label="How many people",
        min_value=money.MEMBERS_MIN,
        max_value=money.MEMBERS_MAX,
        help_text="You included. It can start with fewer.",
    )
    frequency = forms.ChoiceField(label="How often", choices=Circle.Frequency.choices, widget=forms.RadioSelect)
    first_due_on = forms.DateField(
        label="First due day",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Everybody pays by the end of this day, and of the same day each time after.",
    )
    order_by = forms.ChoiceField(
        label="The order",
        choices=[("draw", "A fair draw"), ("manual", "Set by you")],
        widget=Choices(
            draw="By lot, from a seed that is sealed before anybody joins. Everybody can check it.",
            manual="You put people in order, and everybody sees it before the start.",
        ),
    )
    allows_swaps = forms.BooleanField(label="Two members may swap places if both agree", required=False, initial=True)
    turns = forms.IntegerField(
        label="How many times everybody receives", min_value=1, max_value=money.TURNS_MAX, initial=1
    )
    grace_days = forms.IntegerField(
        label="Days of grace", min_value=0, max_value=money.GRACE_DAYS_MAX, help_text="Before the late fee is added."
    )
    shortfall_rule = forms.ChoiceField(
        label="If the pot is not full on the day",
        choices=[("wait", "It waits"), ("pay_what_is_in", "What is in goes out")],
        widget=Choices(
            wait="The pot goes out when everybody has paid.",
            pay_what_is_in="After some days the recipient gets what is there, and the rest as it comes.",
        ),
    )
    shortfall_after_days = forms.IntegerField(
        label="After how many days",
        min_value=1,
        max_value=money.SHORTFALL_DAYS_MAX,
        help_text="Counts only if what is in goes out.",
    )
    rules_text = forms.CharField(
        label="In your own words",
        max_length=RULES_LENGTH_MAX,
        required=False,
        widget=forms.Textarea,
        help_text="Everybody reads and accepts these before they join.",
    )

    def __init__(self, *args: Any, currency: str, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency, self.today = currency, today
        self.symbol = money_unit(currency).symbol.strip()
        self.fields["amount"] = MoneyField(
            label="Each pays", currency=currency, help_text="Every time, also on their own turn."
        )
        self.fields["late_fee"] = MoneyField(
            label="Late fee",
            currency=currency,
            least_minor=0,
            required=False,
            help_text="Once a round. Shared among all at the end.",
        )

    @classmethod
    def proposed(cls, today: date) -> dict[str, Any]:
        """What a new circle starts from."""
        return {
            "visibility": "private",
            "members_max": 12,
            "frequency": "monthly",
            "first_due_on": today + timedelta(days=FIRST_DUE_DAYS),
            "order_by": "draw",
            "allows_swaps": True,
            "turns": 1,
            "grace_days": 3,
            "shortfall_rule": "wait",
            "shortfall_after_days": 7,
        }

    @classmethod
    def typed(cls, circle: Circle) -> dict[str, Any]:
        """A circle's terms as they would have been typed."""
        return {name: getattr(circle, name) for name in cls.base_fields} | {
            "amount": circle.amount,
            "late_fee": circle.late_fee if circle.late_fee_minor else None,
        }

    def parts(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """The fields under their headings, without those that this form does not ask."""
        return [
            (title, said, [self[name] for name in names if name in self.fields])
            for title, said, names in self.PARTS
            if any(name in self.fields for name in names)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                check_terms(self.terms(), today=self.today)
            except CircleSettingInvalid as refusal:
                add_refusal(self, refusal)
        return cleaned

    def terms(self) -> Terms:
        """What was typed, as the rules take it."""
        return Terms(**self.changes())

    def changes(self) -> dict[str, Any]:
        """Every field's value, under its name in `Terms`."""
        return dict(self.cleaned_data)


class SettingsForm(TermsForm):
    """What of a circle's terms can still change: everything before the start, little after it."""

    def __init__(self, *args: Any, circle: Circle, today: date, **options: Any) -> None:
        super().__init__(*args, currency=circle.currency, today=today, initial=self.typed(circle), **options)
        self.circle = circle
        if not circle.is_gathering:
            for name in self.fields.keys() - {"name", "description", "visibility"}:
                del self.fields[name]

    def terms(self) -> Terms:
        known = self.typed(self.circle) | {"first_due_on": max(self.circle.first_due_on, self.today)}
        return Terms(**(known | self.changes()))


class InvitationForm(forms.Form):
    """A code to pass on, or a letter to one person."""

    email = forms.EmailField(
        label="Email",
        required=False,
        help_text="We send the invitation. Leave it empty for a code to pass on yourself.",
    )
    uses_max = forms.IntegerField(
        label="How many may join with it", min_value=1, max_value=invitations.USES_MAX, initial=1
    )
    days = forms.IntegerField(label="Good for", min_value=1, max_value=invitations.DAYS_MAX, initial=14)


class CodeForm(forms.Form):
    """An invitation's code, as it was read out or copied."""

    code = forms.CharField(
        label="Invitation code",
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "placeholder": "K7QM-XW3P"}
        ),
    )


class ChoicesForm(forms.Form):
    """How one pays and receives in a circle one is in."""

    receives_on = forms.ChoiceField(
        label="When it is my turn, I want the money",
        choices=CircleMember.ReceivesOn.choices,
        widget=forms.RadioSelect,
        initial="wallet",
    )
    pays_automatically = forms.BooleanField(
        label="Ask my phone on every due day",
        required=False,
        initial=True,
        help_text="You still confirm each payment with your PIN.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not asks_phones():
            receives_on = self.fields["receives_on"]
            assert isinstance(receives_on, forms.ChoiceField)
            receives_on.choices = [("wallet", "In the wallet"), ("phone", "In my bank account")]
            self.fields["pays_automatically"].label = "Pay for me on every due day"
            self.fields["pays_automatically"].help_text = "By your first way to pay. Your bank may ask you to confirm."


class JoiningForm(ChoicesForm):
    """The same, and accepting the rules."""

    rules_version = forms.IntegerField(widget=forms.HiddenInput)
    accepts_rules = forms.BooleanField(
        label="I have read the rules and accept them",
        error_messages={"required": "Please read the rules and accept them first."},
    )


class FilterForm(forms.Form):
    """What somebody looks for among listed circles."""

    q = forms.CharField(label="Search", required=False, max_length=80, widget=forms.TextInput(attrs={"type": "search"}))
    frequency = forms.ChoiceField(label="How often", required=False, choices=[("", "Any"), *Circle.Frequency.choices])

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.symbol = money_unit(currency).symbol.strip()
        self.fields["least"] = MoneyField(label="From", currency=currency, required=False, least_minor=0)
        self.fields["most"] = MoneyField(label="To", currency=currency, required=False, least_minor=0)

    def wanted(self) -> dict[str, Any]:
        """What can be read of the filters; what cannot be read filters nothing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ReasonForm(forms.Form):
    """Why a circle rests or ends; everybody in it reads this."""

    reason = forms.CharField(
        label="Why", required=False, max_length=300, help_text="Everybody in the circle reads this."
    )


def add_refusal(form: forms.Form, refusal: Refusal) -> None:
    """Says the refusal beside the field it is about, or above the form."""
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, refusal.sentence)


def pot_of(amount: Money, members: int) -> Money:
    """What one round brings, for the sum beside the form."""
    return money.full_pot(amount, members)
