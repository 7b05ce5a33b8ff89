"""What whoever looks after a circle does: inviting, letting in, ordering, starting, resting, ending."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from pamoja.foundation.errors import Refusal
from pamoja.kernel.identity.public import MemberRequest, needs_recent_sign_in
from pamoja.products.savings.actions.ending import end_circle
from pamoja.products.savings.actions.inviting import invite, revoke_invitation
from pamoja.products.savings.actions.joining import admit_member, change_member_role, decline_member, remove_member
from pamoja.products.savings.actions.ordering import draw_positions, set_positions
from pamoja.products.savings.actions.pausing import pause_circle, resume_circle
from pamoja.products.savings.actions.starting import start_circle
from pamoja.products.savings.errors import OrderMissing, OrganiserOnly
from pamoja.products.savings.forms import InvitationForm, add_refusal
from pamoja.products.savings.models import Invitation
from pamoja.products.savings.pages.doors import address_of, does, shown, shows_circle
from pamoja.products.savings.queries.circle_page import CirclePage


@shows_circle
def invitations(request: MemberRequest, page: CirclePage) -> HttpResponse:
    """Codes that are good now, and making one."""
    if not page.leads:
        raise OrganiserOnly()
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = invite(by=request.actor, circle_id=page.circle.pk, **form.cleaned_data)
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            said = f"The invitation is on its way to {made.email}." if made.email else f"The code is {made.shown_code}."
            messages.success(request, said)
            return redirect(address_of(page.circle.pk, "invitations"))
    links = [(each, _link(request, each)) for each in page.invitations]
    return shown(request, "invitations", page, form=form, links=links, status=422 if form.errors else 200)


@does("The invitation is withdrawn.", back="invitations")
def withdraw_invitation(request: MemberRequest, circle_id: UUID, invitation_id: UUID) -> None:
    revoke_invitation(by=request.actor, invitation_id=invitation_id)


@does("They are in.", back="members")
def admit(request: MemberRequest, circle_id: UUID, member_id: UUID) -> None:
    admit_member(by=request.actor, circle_id=circle_id, member_id=member_id)


@does("The request is declined.", back="members")
def decline(request: MemberRequest, circle_id: UUID, member_id: UUID) -> None:
    decline_member(by=request.actor, circle_id=circle_id, member_id=member_id)


@does("They are no longer in the circle.", back="members")
def remove(request: MemberRequest, circle_id: UUID, member_id: UUID) -> None:
    remove_member(by=request.actor, circle_id=circle_id, member_id=member_id)


@does("Their part in the circle is changed.", back="members")
def change_role(request: MemberRequest, circle_id: UUID, member_id: UUID) -> None:
    role = request.POST.get("role", "")
    change_member_role(by=request.actor, circle_id=circle_id, member_id=member_id, role=role)


@shows_circle
def order(request: MemberRequest, page: CirclePage) -> HttpResponse:
    """Putting people in order by hand: a number beside each."""
    if not page.is_organiser:
        raise OrganiserOnly()
    problem = ""
    if request.method == "POST":
        try:
            set_positions(by=request.actor, circle_id=page.circle.pk, order=_typed_order(request, page))
        except Refusal as refusal:
            problem = refusal.sentence
        else:
            messages.success(request, "The order is set, and everybody can see it.")
            return redirect(address_of(page.circle.pk, "schedule"))
    lines = [
        (line, request.POST.get(line.card.public_id, line.seat.position or place))
        for place, line in enumerate(page.members, start=1)
    ]
    return shown(request, "order", page, lines=lines, problem=problem, status=422 if problem else 200)


@does("The order is drawn.", back="draw")
def hold_draw(request: MemberRequest, circle_id: UUID) -> None:
    draw_positions(by=request.actor, circle_id=circle_id)


@does("The circle has started. Round 1 opens on its day.")
def start(request: MemberRequest, circle_id: UUID) -> None:
    start_circle(by=request.actor, circle_id=circle_id)


@does("The circle rests. Nothing is asked for until it goes on.")
def pause(request: MemberRequest, circle_id: UUID) -> None:
    pause_circle(by=request.actor, circle_id=circle_id, reason=request.POST.get("reason", ""))


@does("The circle goes on.")
def resume(request: MemberRequest, circle_id: UUID) -> None:
    resume_circle(by=request.actor, circle_id=circle_id)


@needs_recent_sign_in
@does("The circle has ended.")
def end(request: MemberRequest, circle_id: UUID) -> None:
    end_circle(by=request.actor, circle_id=circle_id, reason=request.POST.get("reason", ""))


def _link(request: MemberRequest, invitation: Invitation) -> str:
    return request.build_absolute_uri(reverse("savings:invitation", args=[invitation.shown_code]))


def _typed_order(request: MemberRequest, page: CirclePage) -> list[UUID]:
    """Members in the order of the numbers beside them.

    Raises: OrderMissing unless the numbers are 1, 2, 3… once each.
    """
    typed = {line.card.id: request.POST.get(line.card.public_id, "") for line in page.members}
    places = {member: int(number) for member, number in typed.items() if number.isdecimal()}
    if sorted(places.values()) != list(range(1, len(typed) + 1)):
        raise OrderMissing()
    return sorted(places, key=lambda member: places[member])
