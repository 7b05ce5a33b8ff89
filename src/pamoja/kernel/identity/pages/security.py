"""How a person signs in, where they are signed in, and what happened lately."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from pamoja.kernel.audit.public import feed
from pamoja.kernel.identity.actions.sessions import end_other_sessions, end_session
from pamoja.kernel.identity.queries.asking import MemberRequest, needs_member
from pamoja.kernel.identity.queries.sessions import sessions_of, standing_of


@needs_member
@require_safe
def security(request: MemberRequest) -> HttpResponse:
    """An overview: what protects the account, and its log."""
    person = request.member.person
    context = {
        "standing": standing_of(person),
        "sessions": sessions_of(person, current_key=request.session.session_key),
        "log": feed(f"person:{person.pk}", limit=15),
    }
    return render(request, "identity/security.html", context)


@needs_member
@require_safe
def sessions(request: MemberRequest) -> HttpResponse:
    """Every device that is signed in."""
    found = sessions_of(request.member.person, current_key=request.session.session_key)
    return render(request, "identity/sessions.html", {"sessions": found})


@needs_member
@require_POST
def end_one(request: MemberRequest, number: int) -> HttpResponse:
    """Sign out on one device."""
    end_session(by=request.actor, number=number)
    messages.success(request, "That device is signed out.")
    return redirect("identity:sessions")


@needs_member
@require_POST
def end_others(request: MemberRequest) -> HttpResponse:
    """Sign out everywhere else."""
    count = end_other_sessions(by=request.actor, current_key=request.session.session_key or "")
    words = (
        f"{count} other device{'s are' if count != 1 else ' is'} signed out." if count else "Nobody else was signed in."
    )
    messages.success(request, words)
    return redirect("identity:sessions")
