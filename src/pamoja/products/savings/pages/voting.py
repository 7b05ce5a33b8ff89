"""What a circle decides: its page, one proposal's, and the buttons on them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect

from pamoja.foundation.errors import Refusal
from pamoja.kernel.identity.public import MemberRequest
from pamoja.products.savings.actions.voting import (
    change_voting_rule,
    propose,
    take_proposal_try,
    vote,
    withdraw_proposal,
)
from pamoja.products.savings.forms import ProposalForm, VotingRuleForm
from pamoja.products.savings.pages.doors import does, shown, shows_circle
from pamoja.products.savings.queries.circle_page import CirclePage
from pamoja.products.savings.queries.voting import decision, decisions


@shows_circle
def all_decisions(request: MemberRequest, page: CirclePage) -> HttpResponse:
    """What is open and what was decided; a form post proposes something."""
    form = ProposalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            take_proposal_try(by=request.actor)
            made = propose(by=request.actor, circle_id=page.circle.pk, **form.cleaned_data)
        except Refusal as refusal:
            if refusal.kind in {"not_found", "unauthenticated"}:
                raise
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            return redirect("savings:decision", page.circle.pk, made.pk)
    found = decisions(page.circle.pk, request.actor, number=request.GET.get("page", 1))
    rule = {"quorum_percent": found.rule.quorum_percent, "majority": found.rule.majority, "days": found.rule.days}
    context = {"found": found, "form": form, "rule_form": VotingRuleForm(initial=rule)}
    context["topic"] = f"board:{page.circle.pk}"
    return shown(request, "decisions", page, status=422 if form.errors else 200, **context)


@shows_circle
def one_decision(request: MemberRequest, page: CirclePage, proposal_id: UUID) -> HttpResponse:
    """One proposal, how it stands, and the viewer's vote."""
    line = decision(page.circle.pk, proposal_id, request.actor)
    return shown(request, "decision", page, line=line, topic=f"board:{page.circle.pk}")


@does("Your vote counts. You can change it until the vote closes.", back="decisions")
def cast_vote(request: MemberRequest, circle_id: UUID, proposal_id: UUID) -> HttpResponse | None:
    """For, against, or neither."""
    vote(by=request.actor, proposal_id=proposal_id, choice=request.POST.get("choice", ""))
    return None


@does("Withdrawn. Nobody votes on it any more.", back="decisions")
def withdraw(request: MemberRequest, circle_id: UUID, proposal_id: UUID) -> HttpResponse | None:
    """Its author's wish, or the organiser's."""
    withdraw_proposal(by=request.actor, proposal_id=proposal_id)
    return None


@does("Saved. It holds for what is proposed from now on.", back="decisions")
def change_rule(request: MemberRequest, circle_id: UUID) -> HttpResponse | None:
    """How the circle decides."""
    form = VotingRuleForm(request.POST)
    said = form.cleaned_data if form.is_valid() else {"quorum_percent": 0, "majority": "", "days": 0}
    change_voting_rule(by=request.actor, circle_id=circle_id, **said)
    return None
