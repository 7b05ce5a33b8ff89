"""How a form's field is drawn: which kind it is, and what its input says to a screen reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from django import forms
from django.forms import BoundField

Kind = Literal["hidden", "choices", "check", "password", "input"]


def kind_of(field: BoundField) -> Kind:
    """Which of the faces of `ui/field.html` the field has."""
    match field.field.widget:
        case widget if widget.is_hidden:
            return "hidden"
        case forms.CheckboxSelectMultiple() | forms.RadioSelect():
            return "choices"
        case forms.CheckboxInput():
            return "check"
        case forms.PasswordInput():
            return "password"
        case _:
            return "input"


def described_by(field: BoundField, help_text: object) -> str:
    """The ids of what explains the field: its help and what is wrong with it."""
    said = [f"{field.auto_id}_help"] if help_text else []
    wrong = [f"{field.auto_id}_error"] if field.errors else []
    return " ".join(said + wrong)


def attributes(field: BoundField, described_by: str) -> dict[str, Any]:
    """What the input is given beside what its form gave it."""
    kind = kind_of(field)
    if kind == "hidden":
        return {}
    attrs: dict[str, Any] = (
        {} if kind == "check" else {"class": f"input {field.field.widget.attrs.get('class', '')}".strip()}
    )
    if described_by:
        attrs["aria-describedby"] = described_by
    if field.errors:
        attrs["aria-invalid"] = "true"
    if str(field.label).casefold() in str(field.field.widget.attrs.get("placeholder", "")).casefold():
        attrs["placeholder"] = False  # the label says it already, and stays while one types
    if isinstance(field.field.widget, forms.Textarea):
        attrs["rows"] = 4
    return attrs


def choices_of(field: BoundField) -> Sequence[tuple[Any, str]]:
    """Each choice with the sentence under it, from the widget's `choice_help`."""
    said = getattr(field.field.widget, "choice_help", {})
    return [(choice, said.get(str(choice.data["value"]), "")) for choice in field]
