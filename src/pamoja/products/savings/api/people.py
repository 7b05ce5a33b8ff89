"""Invitations, joining, and who does what in a circle."""

from __future__ import annotations

from ninja import Router, Status

from pamoja.foundation import ids
from pamoja.kernel.communities.public import require_product
from pamoja.kernel.identity.public import MemberRequest, address_of
from pamoja.products.savings.actions.inviting import invite, revoke_invitation, take_code_try
from pamoja.products.savings.actions.joining import (
    accept_rules,
    admit_member,
    ask_to_join,
    change_member_role,
    choose_how_to_pay,
    decline_member,
    join_by_invitation,
    leave_circle,
    remove_member,
)
from pamoja.products.savings.api.doors import REFUSED, circle_with, shown
from pamoja.products.savings.queries.circle_page import circle_page
from pamoja.products.savings.queries.evidence import invitation_preview
from pamoja.products.savings.schemas.asking import AskIn, ChoicesIn, InvitationIn, JoinIn, RoleIn, RulesIn
from pamoja.products.savings.schemas.documents import CircleDocument, PreviewOut
from pamoja.products.savings.schemas.showing import InvitationOut

router = Router()
by_code = Router()


@by_code.get("/invitations/{code}", response={200: PreviewOut, **REFUSED}, summary="Look at an invitation")
def look_at_invitation(request: MemberRequest, code: str) -> PreviewOut:
    """The circle behind a code, with its rules, before joining."""
    require_product("savings")
    take_code_try(by=request.actor, address=address_of(request))
    return PreviewOut.of(invitation_preview(code, request.actor))


@by_code.post("/join", response={200: CircleDocument, **REFUSED}, summary="Join by invitation")
def join(request: MemberRequest, body: JoinIn) -> CircleDocument:
    """With the code and the version of the rules that was accepted."""
    require_product("savings")
    take_code_try(by=request.actor, address=address_of(request))
    seat = join_by_invitation(
        by=request.actor,
        code=body.code,
        rules_version=body.rules_version,
        pays_automatically=body.pays_automatically,
        receives_on=body.receives_on,
    )
    return shown(request, seat.circle_id)


@router.get("/{circle_id}/invitations", response={200: list[InvitationOut], **REFUSED}, summary="Invitations")
def invitations(request: MemberRequest, circle_id: str) -> list[InvitationOut]:
    """Those that are still good, for those who lead the circle; empty for others."""
    page = circle_page(circle_with(circle_id), request.actor)
    return [InvitationOut.of(each) for each in page.invitations]


@router.post("/{circle_id}/invitations", response={201: InvitationOut, **REFUSED}, summary="Invite")
def make_invitation(request: MemberRequest, circle_id: str, body: InvitationIn) -> Status[InvitationOut]:
    """A code to pass on; with `email` it is sent there and lets one person in."""
    made = invite(
        by=request.actor,
        circle_id=circle_with(circle_id),
        days=body.days,
        uses_max=body.uses_max,
        email=body.email,
    )
    return Status(201, InvitationOut.of(made))


@by_code.post(
    "/invitations/{invitation_id}/revoke", response={200: InvitationOut, **REFUSED}, summary="Withdraw an invitation"
)
def withdraw_invitation(request: MemberRequest, invitation_id: str) -> InvitationOut:
    """Whoever has joined with it stays."""
    identifier = ids.parse("invitation", invitation_id)
    return InvitationOut.of(revoke_invitation(by=request.actor, invitation_id=identifier))


@router.post("/{circle_id}/ask", response={204: None, **REFUSED}, summary="Ask to be let in")
def ask(request: MemberRequest, circle_id: str, body: AskIn) -> Status[None]:
    """For circles that are listed."""
    ask_to_join(
        by=request.actor,
        circle_id=circle_with(circle_id),
        rules_version=body.rules_version,
        pays_automatically=body.pays_automatically,
        receives_on=body.receives_on,
    )
    return Status(204, None)


@router.post("/{circle_id}/rules", response={200: CircleDocument, **REFUSED}, summary="Accept the rules")
def accept(request: MemberRequest, circle_id: str, body: RulesIn) -> CircleDocument:
    """After they changed."""
    identifier = circle_with(circle_id)
    accept_rules(by=request.actor, circle_id=identifier, rules_version=body.rules_version)
    return shown(request, identifier)


@router.post("/{circle_id}/leave", response={204: None, **REFUSED}, summary="Leave a circle")
def leave(request: MemberRequest, circle_id: str) -> Status[None]:
    """Before it starts."""
    leave_circle(by=request.actor, circle_id=circle_with(circle_id))
    return Status(204, None)


@router.patch("/{circle_id}/me", response={200: CircleDocument, **REFUSED}, summary="Choose how I pay and receive")
def choose(request: MemberRequest, circle_id: str, body: ChoicesIn) -> CircleDocument:
    """Holds for rounds that open from now on."""
    identifier = circle_with(circle_id)
    choose_how_to_pay(
        by=request.actor,
        circle_id=identifier,
        pays_automatically=body.pays_automatically,
        receives_on=body.receives_on,
    )
    return shown(request, identifier)


@router.post("/{circle_id}/members/{member_id}/admit", response={200: CircleDocument, **REFUSED}, summary="Let in")
def admit(request: MemberRequest, circle_id: str, member_id: str) -> CircleDocument:
    """Somebody who asked; the organiser's."""
    identifier = circle_with(circle_id)
    admit_member(by=request.actor, circle_id=identifier, member_id=ids.parse("member", member_id))
    return shown(request, identifier)


@router.post(
    "/{circle_id}/members/{member_id}/decline", response={200: CircleDocument, **REFUSED}, summary="Do not let in"
)
def decline(request: MemberRequest, circle_id: str, member_id: str) -> CircleDocument:
    """Somebody who asked; the organiser's."""
    identifier = circle_with(circle_id)
    decline_member(by=request.actor, circle_id=identifier, member_id=ids.parse("member", member_id))
    return shown(request, identifier)


@router.delete("/{circle_id}/members/{member_id}", response={200: CircleDocument, **REFUSED}, summary="Remove")
def remove(request: MemberRequest, circle_id: str, member_id: str) -> CircleDocument:
    """Before the circle starts; the organiser's."""
    identifier = circle_with(circle_id)
    remove_member(by=request.actor, circle_id=identifier, member_id=ids.parse("member", member_id))
    return shown(request, identifier)


@router.put("/{circle_id}/members/{member_id}/role", response={200: CircleDocument, **REFUSED}, summary="Change a role")
def set_role(request: MemberRequest, circle_id: str, member_id: str, body: RoleIn) -> CircleDocument:
    """A new organiser makes the old one a plain member; the organiser's."""
    identifier = circle_with(circle_id)
    change_member_role(by=request.actor, circle_id=identifier, member_id=ids.parse("member", member_id), role=body.role)
    return shown(request, identifier)
