"""What everybody in a circle does for themselves: asking, accepting, choosing, swapping, leaving."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from pamoja.kernel.identity.public import MemberRequest
from pamoja.products.savings.actions.joining import accept_rules, ask_to_join, choose_how_to_pay, leave_circle
from pamoja.products.savings.actions.ordering import ask_swap, consent_swap, refuse_swap
from pamoja.products.savings.errors import RulesNotAccepted
from pamoja.products.savings.forms import ChoicesForm, JoiningForm
from pamoja.products.savings.pages.doors import does


@does("The organiser now reads your request. You hear from us either way.")
def ask(request: MemberRequest, circle_id: UUID) -> None:
    form = JoiningForm(request.POST)
    if not form.is_valid():
        raise RulesNotAccepted()
    ask_to_join(
        by=request.actor,
        circle_id=circle_id,
        rules_version=form.cleaned_data["rules_version"],
        pays_automatically=form.cleaned_data["pays_automatically"],
        receives_on=form.cleaned_data["receives_on"],
    )


@does("Thank you. You have accepted the rules.")
def accept(request: MemberRequest, circle_id: UUID) -> None:
    version = request.POST.get("rules_version", "")
    accept_rules(by=request.actor, circle_id=circle_id, rules_version=int(version) if version.isdecimal() else 0)


@does("Saved. It holds from the next round on.", back="members")
def choose(request: MemberRequest, circle_id: UUID) -> None:
    form = ChoicesForm(request.POST)
    if form.is_valid():
        choose_how_to_pay(by=request.actor, circle_id=circle_id, **form.cleaned_data)


@does("")
def leave(request: MemberRequest, circle_id: UUID) -> HttpResponse:
    leave_circle(by=request.actor, circle_id=circle_id)
    messages.success(request, "You have left the circle.")
    return redirect("savings:circles")


@does("The request is sent. They have some days to answer.", back="schedule")
def swap_ask(request: MemberRequest, circle_id: UUID, member_id: UUID) -> None:
    ask_swap(by=request.actor, circle_id=circle_id, other_id=member_id)


@does("You have swapped places.", back="schedule")
def swap_consent(request: MemberRequest, circle_id: UUID, swap_id: UUID) -> None:
    consent_swap(by=request.actor, swap_id=swap_id)


@does("Both of you keep your places.", back="schedule")
def swap_refuse(request: MemberRequest, circle_id: UUID, swap_id: UUID) -> None:
    refuse_swap(by=request.actor, swap_id=swap_id)
