"""Questions about billing from both sides, and what the community's own people do: plans, answers, refunds."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from pamoja.foundation import ids
from pamoja.foundation.actions import IdempotencyKey
from pamoja.foundation.errors import Refusal
from pamoja.foundation.paging import page_of
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import MemberRequest, cards_of, needs_member, needs_recent_sign_in, require
from pamoja.kernel.payments.actions import answering, invoicing, offering
from pamoja.kernel.payments.actions.reviewing import MANAGE
from pamoja.kernel.payments.errors.billing import QuestionNotFound
from pamoja.kernel.payments.forms.billing import PlanForm, QuestionForm, RefundForm, ReplyForm
from pamoja.kernel.payments.models import Invoice, Question
from pamoja.kernel.payments.queries import billing as found
from pamoja.kernel.payments.queries.billing_figures import figures
from pamoja.kernel.payments.queries.offers import all_plans
from pamoja.kernel.payments.rules.billing import AfterGrace
from pamoja.kernel.payments.rules.periods import Interval
from pamoja.kernel.payments.rules.pricing import Scheme, Tariff


@needs_member
@require_http_methods(["GET", "POST"])
def questions(request: MemberRequest) -> HttpResponse:
    """The member's questions, and a new one; `?invoice=` says about which invoice."""
    form, asked_about = QuestionForm(request.POST or None), request.GET.get("invoice", "")
    if request.method == "POST" and form.is_valid():
        invoice_id = found.own_invoice(request.member.pk, asked_about).pk if asked_about else None
        made = answering.ask_question(
            by=request.actor, member_id=request.member.pk, invoice_id=invoice_id, **form.cleaned_data
        )
        messages.success(request, "We have your question, and you will hear from us.")
        return redirect("payments:question", public_id=made.public_id)
    page = page_of(found.questions_of(request.member.pk), request.GET.get("page", 1))
    status = 422 if form.is_bound else 200
    return render(request, "payments/questions.html", {"form": form, "page": page}, status=status)


@needs_member
@require_http_methods(["GET", "POST"])
def question(request: MemberRequest, public_id: str) -> HttpResponse:
    """One question with what was written; whose it is writes again, the community answers."""
    shown = _question(request, public_id)
    is_own = shown.member_id == request.member.pk
    form = ReplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text, is_closed = form.cleaned_data["text"], form.cleaned_data["is_closed"]
        if is_own:
            answering.add_to_question(by=request.actor, member_id=request.member.pk, question_id=shown.pk, text=text)
            if is_closed:
                answering.close_question(by=request.actor, question_id=shown.pk, member_id=request.member.pk)
        else:
            answering.answer_question(by=request.actor, question_id=shown.pk, text=text, is_closed=is_closed)
        return redirect("payments:question", public_id=public_id)
    context = {
        "question": shown,
        "said": shown.messages.order_by("said_at", "pk"),
        "form": form,
        "is_own": is_own,
        "card": cards_of([shown.member_id]).get(shown.member_id),
    }
    return render(request, "payments/question.html", context, status=422 if form.is_bound else 200)


@needs_member
@require_safe
def desk(request: MemberRequest) -> HttpResponse:
    """For who looks after payments: figures, questions that wait, plans on offer, the latest invoices."""
    require(request.actor, MANAGE)
    waiting = list(found.questions_waiting()[:20])
    page = page_of(
        Invoice.objects.select_related("subscription__plan").order_by("-made_at"), request.GET.get("page", 1)
    )
    cards = cards_of({each.member_id for each in [*waiting, *page.items]})
    context = {
        "figures": figures(),
        "waiting": [(each, cards.get(each.member_id)) for each in waiting],
        "plans": all_plans(),
        "page": page,
        "invoices": [(each, cards.get(each.member_id)) for each in page.items],
    }
    return render(request, "payments/billing_desk.html", context)


@needs_member
@require_http_methods(["GET", "POST"])
def new_plan(request: MemberRequest) -> HttpResponse:
    """A plan with a flat price."""
    require(request.actor, MANAGE)
    currency = current_community().currency
    form = PlanForm(request.POST or None, currency=currency)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        amount, interval = typed.pop("amount"), typed.pop("interval")
        typed |= {"grants": typed["grants"].split(), "after_grace": AfterGrace(typed["after_grace"])}
        try:
            plan = offering.offer_plan(by=request.actor, **typed)
            offering.offer_price(
                by=request.actor,
                plan_id=plan.pk,
                tariff=Tariff(Scheme.FLAT, amount.amount_minor),
                currency=currency,
                interval=Interval(interval),
            )
            return redirect("payments:plan", public_id=plan.public_id)
        except Refusal as refusal:
            form.add_error("code", refusal.sentence)
    return render(request, "payments/new_plan.html", {"form": form}, status=422 if form.is_bound else 200)


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def refund(request: MemberRequest, public_id: str) -> HttpResponse:
    """Give money of an invoice back."""
    require(request.actor, MANAGE)
    invoice = found.invoice_with_id(ids.parse("invoice", public_id))
    initial = {"amount": invoice.refundable.decimal}
    form = RefundForm(request.POST or None, currency=invoice.currency, initial=initial)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            invoicing.refund_invoice(
                by=request.actor,
                invoice_id=invoice.pk,
                amount=typed["amount"],
                reason=typed["reason"],
                key=IdempotencyKey(typed["key"]),
            )
            messages.success(request, "It is back in the member's wallet.")
            return redirect("payments:billing_desk")
        except Refusal as refusal:
            form.add_error("amount", refusal.sentence)
    context = {"invoice": invoice, "form": form, "card": cards_of([invoice.member_id]).get(invoice.member_id)}
    return render(request, "payments/invoice_refund.html", context, status=422 if form.is_bound else 200)


def _question(request: MemberRequest, public_id: str) -> Question:
    question_id = ids.parse("question", public_id)
    shown = Question.objects.select_related("invoice").filter(pk=question_id).first()
    if shown is None or (shown.member_id != request.member.pk and not request.actor.may(MANAGE)):
        raise QuestionNotFound()
    return shown
