"""Making a circle, and changing its terms."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from pamoja.foundation import clock
from pamoja.foundation.errors import Refusal
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import MemberRequest, needs_member
from pamoja.products.savings.actions.creating import change_circle_settings, create_circle
from pamoja.products.savings.errors import OrganiserOnly
from pamoja.products.savings.forms import ReasonForm, SettingsForm, TermsForm, add_refusal
from pamoja.products.savings.pages.doors import address_of, shown, shows_circle
from pamoja.products.savings.queries.circle_page import CirclePage
from pamoja.products.savings.rules import calendar, money


@needs_member
def create(request: MemberRequest) -> HttpResponse:
    """A new circle, in one form of a few parts."""
    community = current_community()
    today = clock.today(community.time_zone)
    form = TermsForm(request.POST or None, currency=community.currency, today=today, initial=TermsForm.proposed(today))
    if request.method == "POST" and form.is_valid():
        try:
            circle = create_circle(by=request.actor, terms=form.terms())
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"{circle.name} is made. Now bring in your people.")
            return redirect(address_of(circle.pk))
    return render(request, "savings/create.html", {"form": form} | _sum(form), status=422 if form.errors else 200)


@needs_member
def preview_sum(request: MemberRequest) -> HttpResponse:
    """What the form amounts to, while somebody types."""
    community = current_community()
    form = TermsForm(request.POST, currency=community.currency, today=clock.today(community.time_zone))
    form.is_valid()
    return render(request, "savings/_sum.html", _sum(form))


@shows_circle
def settings(request: MemberRequest, page: CirclePage) -> HttpResponse:
    """The circle's terms, as far as they can still change, and how to pause or end it."""
    if not page.leads:
        raise OrganiserOnly()
    today = clock.today(page.circle.time_zone)
    form = SettingsForm(request.POST or None, circle=page.circle, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            changed = change_circle_settings(by=request.actor, circle_id=page.circle.pk, changes=form.changes())
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            asks_anew = changed.rules_version != page.circle.rules_version
            messages.success(request, "Saved. Everybody is asked to accept the rules anew." if asks_anew else "Saved.")
            return redirect(address_of(page.circle.pk, "settings"))
    return shown(request, "settings", page, form=form, reason=ReasonForm(), status=422 if form.errors else 200)


def _sum(form: TermsForm) -> dict[str, object]:
    """The pot and the stretch of time, of as much of the form as can be read."""
    asked = form.cleaned_data if form.is_bound and hasattr(form, "cleaned_data") else form.initial
    amount, members = asked.get("amount"), asked.get("members_max")
    first, frequency = asked.get("first_due_on"), asked.get("frequency")
    rounds = (members or 0) * (asked.get("turns") or 1)
    return {
        "sum": {
            "amount": amount,
            "members": members,
            "pot": money.full_pot(amount, members) if amount and members else None,
            "rounds": rounds,
            "first": first,
            "last": calendar.due_on(first, frequency, rounds - 1) if first and frequency and rounds else None,
            "frequency": frequency,
        }
    }
