"""Finding circles: one's own, listed ones, and the one behind an invitation."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pamoja.foundation.errors import Refusal
from pamoja.foundation.paging import page_of
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import MemberRequest, TooManyTries, needs_member
from pamoja.kernel.identity.public import address_of as network_address_of
from pamoja.products.savings.actions.inviting import take_code_try
from pamoja.products.savings.actions.joining import join_by_invitation
from pamoja.products.savings.errors import AlreadyInCircle, InvitationNotFound
from pamoja.products.savings.forms import CodeForm, FilterForm, JoiningForm, add_refusal
from pamoja.products.savings.pages.doors import address_of
from pamoja.products.savings.pages.rings import seats_taken
from pamoja.products.savings.queries.evidence import InvitationPreview, invitation_preview
from pamoja.products.savings.queries.lists import circles_of, discoverable_circles
from pamoja.products.savings.rules import money

LISTED_A_PAGE = 12


@needs_member
def circles(request: MemberRequest) -> HttpResponse:
    """The member's own circles."""
    lines = circles_of(request.member.pk)
    return render(
        request,
        "savings/circles.html",
        {
            "running": [line for line in lines if not line.circle.is_over],
            "over": [line for line in lines if line.circle.is_over],
        },
    )


@needs_member
def discover(request: MemberRequest) -> HttpResponse:
    """Listed circles that gather members, by words, frequency and amount."""
    form = FilterForm(request.GET, currency=current_community().currency)
    wanted = form.wanted()
    found = discoverable_circles(
        text=wanted.get("q", ""),
        frequency=wanted.get("frequency", ""),
        amount_from=wanted.get("least"),
        amount_to=wanted.get("most"),
    )
    page = page_of(found, request.GET.get("page", 1), LISTED_A_PAGE)
    lines = [(circle, seats_taken(circle.members, circle.members_max)) for circle in page.items]
    return render(
        request,
        "savings/discover.html",
        {"form": form, "page": page, "lines": lines, "is_filtered": bool(wanted), "symbol": form.symbol},
    )


@needs_member
def enter_code(request: MemberRequest) -> HttpResponse:
    """Type an invitation's code."""
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                found = _invitation(request, form.cleaned_data["code"]).invitation
            except (InvitationNotFound, TooManyTries) as refusal:
                form.add_error("code", refusal.sentence)
                status = 429 if refusal.kind == "limit" else 422
            else:
                return redirect(reverse("savings:invitation", args=[found.shown_code]))
    return render(request, "savings/enter_code.html", {"form": form}, status=status)


@needs_member
def invitation(request: MemberRequest, code: str) -> HttpResponse:
    """What somebody is invited to, and joining it."""
    preview = _invitation(request, code)
    form = JoiningForm(request.POST or None, initial={"rules_version": preview.circle.rules_version})
    if request.method == "POST" and form.is_valid():
        try:
            join_by_invitation(
                by=request.actor,
                code=code,
                rules_version=form.cleaned_data["rules_version"],
                pays_automatically=form.cleaned_data["pays_automatically"],
                receives_on=form.cleaned_data["receives_on"],
            )
        except AlreadyInCircle:
            return redirect(address_of(preview.circle.pk))
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            return redirect(address_of(preview.circle.pk))
    return render(
        request,
        "savings/invitation.html",
        {
            "preview": preview,
            "circle": preview.circle,
            "state": _state(preview),
            "form": form,
            "pot": money.full_pot(preview.circle.amount, preview.circle.members_max),
            "segments": seats_taken(preview.member_count, preview.circle.members_max),
            "circle_url": address_of(preview.circle.pk),
        },
        status=422 if form.errors else 200,
    )


def _invitation(request: MemberRequest, code: str) -> InvitationPreview:
    """Raises: TooManyTries; InvitationNotFound."""
    take_code_try(by=request.actor, address=network_address_of(request))
    return invitation_preview(code, request.actor)


def _state(preview: InvitationPreview) -> str:
    """Which of its faces the invitation shows."""
    if preview.is_member:
        return "member"
    if not preview.circle.is_gathering:
        return "started"
    if preview.member_count >= preview.circle.members_max:
        return "full"
    if preview.invitation.revoked_at is not None:
        return "withdrawn"
    if preview.is_good:
        return "good"
    return "used" if preview.invitation.uses >= preview.invitation.uses_max else "expired"
