"""The members of a community, for those who look after them."""

from __future__ import annotations

from ninja import Query, Router

from pamoja.foundation import ids
from pamoja.foundation.paging import page_of
from pamoja.kernel.identity.actions.joining import restore_member, suspend_member
from pamoja.kernel.identity.actions.roles import change_roles
from pamoja.kernel.identity.queries.asking import MemberRequest, api_auth, require
from pamoja.kernel.identity.queries.people import member_with_id, members_named
from pamoja.kernel.identity.schemas import MemberOut, MemberPage, Problem, RolesIn, Text

router = Router(auth=api_auth)

REFUSED = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


@router.get("", response={200: MemberPage, **REFUSED}, summary="Find members")
def members(request: MemberRequest, q: Text = "", role: Text = "", page: int = Query(1, ge=1, le=10_000)) -> MemberPage:
    """By name or email, by role; needs `identity.see_members`."""
    require(request.actor, "identity.see_members")
    found = page_of(members_named(q, role), page)
    items = [MemberOut.of(member) for member in found.items]
    return MemberPage(items=items, page=found.number, pages=found.pages, count=found.count)


@router.get("/{member_id}", response={200: MemberOut, **REFUSED}, summary="A member")
def member(request: MemberRequest, member_id: str) -> MemberOut:
    """Needs `identity.see_members`."""
    require(request.actor, "identity.see_members")
    return _shown(member_id)


@router.put("/{member_id}/roles", response={200: MemberOut, **REFUSED}, summary="Change what a member may do")
def set_roles(request: MemberRequest, member_id: str, body: RolesIn) -> MemberOut:
    """Needs `identity.manage_roles`; the last operator cannot be taken away."""
    change_roles(by=request.actor, member_id=ids.parse("member", member_id), roles=body.roles)
    return _shown(member_id)


@router.post("/{member_id}/suspend", response={200: MemberOut, **REFUSED}, summary="Suspend a member")
def suspend(request: MemberRequest, member_id: str) -> MemberOut:
    """Needs `identity.manage_members`."""
    suspend_member(by=request.actor, member_id=ids.parse("member", member_id))
    return _shown(member_id)


@router.post("/{member_id}/restore", response={200: MemberOut, **REFUSED}, summary="Restore a member")
def restore(request: MemberRequest, member_id: str) -> MemberOut:
    """Needs `identity.manage_members`."""
    restore_member(by=request.actor, member_id=ids.parse("member", member_id))
    return _shown(member_id)


def _shown(member_id: str) -> MemberOut:
    return MemberOut.of(member_with_id(ids.parse("member", member_id)))
