"""The gallery: every part of the face on one page, in both themes. Development only; the test bed of the look."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from pamoja.foundation import clock
from pamoja.foundation.money import Money
from pamoja.foundation.paging import page_of
from pamoja.site.ring import Segment, SegmentState


class Amina:
    """A face for the pictures."""

    name = "Amina Wanjiru"
    initials = "AW"
    photo_url = ""


class OrderChoice(forms.RadioSelect):
    choice_help: ClassVar[dict[str, str]] = {
        "random": "Drawn by lot from a seed sealed before anybody joins; everybody can check it.",
        "manual": "You set the order; everybody sees it before they accept.",
    }


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label="Name of the circle", help_text="What you call yourselves.", max_length=60)
    amount = forms.CharField(label="Each pays", widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    frequency = forms.ChoiceField(
        label="How often", choices=[("weekly", "Every week"), ("monthly", "Every month")], widget=forms.RadioSelect
    )
    order = forms.ChoiceField(
        label="Who receives when", choices=[("random", "A fair draw"), ("manual", "By hand")], widget=OrderChoice
    )
    shortfall = forms.ChoiceField(
        label="If somebody has not paid", choices=[("wait", "Wait until the pot is full"), ("pay", "Pay what is there")]
    )
    description = forms.CharField(label="About", widget=forms.Textarea, required=False)
    password = forms.CharField(label="Password", widget=forms.PasswordInput)
    photo = forms.FileField(label="Photo", required=False)
    accept = forms.BooleanField(
        label="I have read the rules and accept them", help_text="You can leave before the first round."
    )
    code = forms.CharField(label="Code", widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}))


def gallery(request: HttpRequest) -> HttpResponse:
    """The page. Raises: Http404 in production."""
    if settings.PAMOJA.is_production:
        raise Http404
    return render(request, "site/gallery.html", sample())


def sample() -> dict[str, Any]:
    """What the gallery shows: a circle of twelve in the middle of its fourth round."""
    typed = {
        "name": "Market Women",
        "amount": "five thousand",
        "frequency": "monthly",
        "order": "random",
        "password": "x",
    }
    form = SampleForm(typed)
    form.add_error("amount", "This is not an amount we can read. Write it like 2,500 or 2500.50.")
    form.add_error(None, "Please look at what is marked below. Nothing was saved.")
    return {
        "segments": sample_circle(12),
        "two": sample_circle(2),
        "thirty": sample_circle(30),
        "rings": [sample_circle(count) for count in (2, 3, 5, 8, 12, 18, 24, 30)],
        "amount": Money(500_000, "KES"),
        "wallet": Money(1_248_000, "KES"),
        "tomorrow": clock.now() + timedelta(days=1),
        "far": clock.now() + timedelta(days=40),
        "moment": clock.now() - timedelta(minutes=3),
        "amina": Amina(),
        "form": form,
        "page": page_of(range(45), 2),
    }


def sample_circle(places: int) -> list[Segment]:
    """A circle in the middle of a round, for pictures."""
    names = "Amina W. Joseph K. Faith M. Brian O. Njeri T. Peter L. Zuhura A. Sam G. Lucy N. Ali H. Grace C. Moses E."
    words = names.split()
    states: dict[int, SegmentState] = {6: "due", 8: "late", 9: "due", 14: "missed", 20: "open"}
    return [
        Segment(
            name=f"{words[place % 12 * 2]} {words[place % 12 * 2 + 1]}",
            state="due" if places == 2 and place == 1 else states.get(place, "paid"),
            initials=words[place % 12 * 2][0] + words[place % 12 * 2 + 1][0],
            receives=place == min(3, places - 1),
            is_self=place == 0,
        )
        for place in range(places)
    ]
