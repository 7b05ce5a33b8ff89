"""The members of a community, and joining it."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pamoja.foundation import ids
from pamoja.foundation.errors import Refusal
from pamoja.foundation.paging import page_of
from pamoja.kernel.audit.public import feed
from pamoja.kernel.identity import rules
from pamoja.kernel.identity.actions.joining import join_community, restore_member, suspend_member
from pamoja.kernel.identity.actions.profiles import photo_path
from pamoja.kernel.identity.actions.roles import change_roles
from pamoja.kernel.identity.forms import RolesForm
from pamoja.kernel.identity.models import Member, Person
from pamoja.kernel.identity.queries.asking import (
    MemberRequest,
    actor_of,
    declared_roles,
    membership,
    needs_member,
    require,
)
from pamoja.kernel.identity.queries.people import (
    card_of,
    member_of_person,
    member_with_id,
    members_named,
)
from pamoja.kernel.identity.queries.sessions import person_id_of_photo, standing_of


@login_required
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Somebody who is known elsewhere becomes a member here with one click."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}):
        address = ""
    person_id = cast(Person, request.user).pk
    known = member_of_person(person_id)
    if request.method == "POST":
        join_community(by=actor_of(request), person_id=person_id)
        messages.success(request, "Welcome! You are a member now.")
        return redirect(address or "home")
    if known and known.is_active:
        return redirect(address or "home")
    return render(request, "identity/join.html", {"next": address, "is_suspended": known is not None})


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """What members agree to."""
    return render(request, "identity/terms.html")


@needs_member
@require_safe
def people(request: MemberRequest) -> HttpResponse:
    """The members, for those who look after them; searched by name or email, filtered by role."""
    require(request.actor, "identity.see_members")
    text, role = request.GET.get("q", "").strip()[:80], request.GET.get("role", "")
    found = page_of(members_named(text, role), request.GET.get("page", 1))
    context = {
        "page": found,
        "people": [(each, card_of(each)) for each in found.items],
        "q": text,
        "role": role,
        "roles": [(name, rules.role_label(name)) for name in declared_roles() if name != rules.MEMBER],
    }
    name = "identity/_people.html" if request.headers.get("HX-Target") == "results" else "identity/people.html"
    return render(request, name, context)


@needs_member
@require_safe
def member(request: MemberRequest, public_id: str) -> HttpResponse:
    """A member as others see them; with more for those who look after members."""
    found = member_with_id(ids.parse("member", public_id))
    return _member_page(request, found, RolesForm(member=found))


@needs_member
@require_POST
def roles(request: MemberRequest, public_id: str) -> HttpResponse:
    """Give a member exactly these roles."""
    found = member_with_id(ids.parse("member", public_id))
    form = RolesForm(request.POST, member=found)
    require(request.actor, "identity.manage_roles")
    if form.is_valid():
        try:
            change_roles(by=request.actor, member_id=found.pk, roles=form.cleaned_data["roles"])
            messages.success(request, "Roles changed.")
            return redirect("identity:member", public_id)
        except Refusal as refusal:
            form.add_error("roles", refusal.sentence)
    return _member_page(request, found, form)


@needs_member
@require_POST
def suspend(request: MemberRequest, public_id: str) -> HttpResponse:
    """Show a member the door."""
    suspend_member(by=request.actor, member_id=ids.parse("member", public_id))
    messages.success(request, "Suspended.")
    return redirect("identity:member", public_id)


@needs_member
@require_POST
def restore(request: MemberRequest, public_id: str) -> HttpResponse:
    """Let a suspended member back in."""
    restore_member(by=request.actor, member_id=ids.parse("member", public_id))
    messages.success(request, "Restored.")
    return redirect("identity:member", public_id)


@require_safe
def photo(request: HttpRequest, name: str) -> HttpResponse:
    """A member's photo, to members of the same community if its owner shows it, and to its owner."""
    owner = person_id_of_photo(name)
    theirs = member_of_person(owner) if owner else None
    own = membership(request)
    if own is None or theirs is None or not (theirs.shows_photo or theirs.pk == own.pk):
        raise Http404
    path = photo_path(name)
    if not path.is_file():
        raise Http404
    headers = {"Cache-Control": "private, max-age=86400, immutable", "Content-Security-Policy": "default-src 'none'"}
    return HttpResponse(path.read_bytes(), content_type="image/webp", headers=headers)


def _member_page(request: MemberRequest, found: Member, form: RolesForm) -> HttpResponse:
    looks_after = request.actor.may("identity.see_members")
    context = {
        "member": found,
        "card": card_of(found),
        "is_self": found.pk == request.member.pk,
        "phone": rules.shown_phone(found.person.phone) if found.shows_phone and found.person.phone else "",
        "looks_after": looks_after,
        "may_manage": request.actor.may("identity.manage_members"),
        "form": form if request.actor.may("identity.manage_roles") else None,
        "standing": standing_of(found.person) if looks_after else None,
        "masked_phone": rules.masked_phone(found.person.phone) if looks_after and found.person.phone else "",
        "log": feed(f"member:{found.pk}", limit=10) if looks_after else [],
    }
    return render(request, "identity/member.html", context, status=422 if form.errors else 200)
