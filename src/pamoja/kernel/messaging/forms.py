"""What members and operators choose and type about messages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from pamoja.kernel.messaging.models import Preference
from pamoja.kernel.messaging.rules import CHOSEN_BY_PEOPLE, MUTED_AT_FIRST, NIGHT_FROM, NIGHT_UNTIL, Channel, Kind

KIND_NAMES = {
    Kind.MONEY: "Money in and out",
    Kind.REMINDER: "Contributions that are due",
    Kind.ACTIVITY: "What happens in your circles",
    Kind.LESSON: "Lessons",
    Kind.NEWS: "News from the community",
}
CHANNEL_NAMES = {
    Channel.WHATSAPP: "WhatsApp",
    Channel.SMS: "Text message",
    Channel.EMAIL: "Email",
    Channel.PUSH: "Browser",
}
HOURS = [(f"{hour:02}:00", f"{hour:02}:00") for hour in range(24)]


class PreferencesForm(forms.Form):
    """One row a kind, one box a channel; the channel to try first; quiet hours."""

    first = forms.ChoiceField(
        label="Try first",
        required=False,
        choices=[
            ("", "WhatsApp, then email, then a text message"),
            *((each.value, CHANNEL_NAMES[each]) for each in (Channel.WHATSAPP, Channel.EMAIL, Channel.SMS)),
        ],
        widget=forms.RadioSelect,
    )
    is_quiet_at_night = forms.BooleanField(
        label="Leave my phone quiet at night",
        required=False,
        help_text="Sign-in codes, answers to what you write, and what happens with your money still come at once.",
    )
    quiet_from = forms.ChoiceField(label="From", choices=HOURS)
    quiet_until = forms.ChoiceField(label="Until", choices=HOURS)

    def __init__(self, *args: Any, preference: Preference | None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).update(
            {
                "first": preference.first if preference else "",
                "is_quiet_at_night": preference.is_quiet_at_night if preference else True,
                "quiet_from": f"{preference.quiet_from if preference else NIGHT_FROM:%H}:00",
                "quiet_until": f"{preference.quiet_until if preference else NIGHT_UNTIL:%H}:00",
            }
        )
        super().__init__(*args, **kwargs)
        muted = preference.muted if preference else _muted_at_first()
        for kind in CHOSEN_BY_PEOPLE:
            for channel in Channel:
                self.fields[f"{kind}_{channel}"] = forms.BooleanField(
                    label=f"{KIND_NAMES[kind]}: {CHANNEL_NAMES[channel]}",
                    required=False,
                    initial=channel.value not in muted.get(kind.value, []),
                )

    @property
    def rows(self) -> list[tuple[str, list[tuple[str, forms.BoundField]]]]:
        """The table as it is drawn: a kind's name, and its boxes with their channel's name."""
        return [
            (KIND_NAMES[kind], [(CHANNEL_NAMES[channel], self[f"{kind}_{channel}"]) for channel in Channel])
            for kind in CHOSEN_BY_PEOPLE
        ]

    def wanted(self) -> list[tuple[Kind, Channel]]:
        """What was ticked."""
        return [
            (kind, channel)
            for kind in CHOSEN_BY_PEOPLE
            for channel in Channel
            if self.cleaned_data[f"{kind}_{channel}"]
        ]


class PhoneCodeForm(forms.Form):
    """The code that came to a phone."""

    code = forms.CharField(
        label="Code",
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class SendersForm(forms.Form):
    """By which numbers and addresses a community speaks."""

    whatsapp = forms.CharField(
        label="WhatsApp number",
        required=False,
        max_length=30,
        help_text="Registered with WhatsApp in the account that this installation uses.",
    )
    sms = forms.CharField(
        label="Text messages from",
        required=False,
        max_length=30,
        help_text="A number, or up to eleven letters that phones show in its place; to those nobody can answer.",
    )
    mail = forms.CharField(
        label="Mail from",
        required=False,
        max_length=254,
        help_text="The mail server must be allowed to send for it.",
        widget=forms.EmailInput,
    )


class MetaForm(forms.Form):
    """What opens a community's own number at Meta. What is secret is never shown again."""

    number_id = forms.CharField(
        label="Phone number ID",
        max_length=40,
        validators=[RegexValidator(r"^\d+$", "Digits only, as Meta shows it.")],
        help_text="In the app's WhatsApp settings at Meta, below the number.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    business_id = forms.CharField(
        label="WhatsApp Business account ID",
        max_length=40,
        validators=[RegexValidator(r"^\d+$", "Digits only, as Meta shows it.")],
        help_text="Beside it. Texts are approved there.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    token = forms.CharField(
        label="Access token",
        max_length=1000,
        validators=[RegexValidator(r"^[!-~]+$", "Without blanks, as Meta shows it.")],
        help_text="Of a system user, permanent, who may manage and send WhatsApp messages.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    app_secret = forms.CharField(
        label="App secret",
        max_length=200,
        validators=[RegexValidator(r"^[!-~]+$", "Without blanks, as Meta shows it.")],
        help_text="In the app's basic settings. With it we know that it is Meta who tells us something.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class BroadcastForm(forms.Form):
    """What an operator says to many."""

    name = forms.CharField(label="Name", max_length=80, help_text="For you and your colleagues; members do not see it.")
    subject = forms.CharField(label="Subject", max_length=120)
    text = forms.CharField(label="Text", max_length=1000, widget=forms.Textarea(attrs={"rows": 5}))
    subject_sw = forms.CharField(label="Subject in Swahili", max_length=120, required=False)
    text_sw = forms.CharField(
        label="Text in Swahili",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="For members who read Swahili; without it they get the English one.",
    )
    language = forms.ChoiceField(
        label="Who reads", required=False, choices=[("", "Any language"), ("en", "English"), ("sw", "Swahili")]
    )
    role = forms.ChoiceField(label="Role", required=False)
    joined_since = forms.DateField(label="Joined since", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    spread_hours = forms.ChoiceField(
        label="Spread over",
        choices=[("0", "At once"), ("1", "1 hour"), ("3", "3 hours"), ("8", "8 hours"), ("24", "A day")],
        help_text="So that answers do not come all at once. Nobody's phone rings in their quiet hours.",
    )

    def __init__(self, *args: Any, roles: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = [("", "All roles"), *((each, each.capitalize()) for each in roles)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("subject_sw")) != bool(cleaned.get("text_sw")):
            self.add_error(
                "text_sw" if cleaned.get("subject_sw") else "subject_sw", "Write both in Swahili, or neither."
            )
        return cleaned

    def audience(self) -> dict[str, str]:
        """The filter as it is kept."""
        since = self.cleaned_data["joined_since"]
        asked = {
            "language": self.cleaned_data["language"],
            "role": self.cleaned_data["role"],
            "joined_since": since.isoformat() if since else "",
        }
        return {name: value for name, value in asked.items() if value}


def _muted_at_first() -> dict[str, list[str]]:
    return {kind.value: [each.value for each in Channel if kind in MUTED_AT_FIRST.get(each, ())] for kind in Kind}
