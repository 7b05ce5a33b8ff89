"""The desk of who looks after payments: everybody's, one of them in full, and reports."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from pamoja.foundation import clock, ids
from pamoja.foundation.errors import Refusal
from pamoja.foundation.paging import page_of
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import MemberRequest, cards_of, needs_member, require, time_zone_of
from pamoja.kernel.ledger.public import described
from pamoja.kernel.payments.actions.reviewing import MANAGE
from pamoja.kernel.payments.errors import PaymentNotFound
from pamoja.kernel.payments.forms.history import ReportForm
from pamoja.kernel.payments.models import Collection, Dispute, Payout, Refund
from pamoja.kernel.payments.pages.history import as_file, asked_for, filter_of
from pamoja.kernel.payments.queries.exporting import CSV_ROWS_MAX, payments_csv, payments_pdf, returned_of, way_of
from pamoja.kernel.payments.queries.history import COUNT_MAX, all_payments, receipt_of, standing_of_payment
from pamoja.kernel.payments.queries.payees import onward_of
from pamoja.kernel.payments.queries.reports import Report, Step, payments_report, report_csv
from pamoja.kernel.payments.rules import rails
from pamoja.kernel.payments.rules.mpesa import description_of
from pamoja.kernel.payments.rules.onward import RECALLABLE

_STEPS: dict[str, Step] = {"day": "day", "week": "week", "month": "month"}


@needs_member
@require_safe
def everybody(request: MemberRequest) -> HttpResponse:
    """What every member was asked for and sent, newest first, filtered."""
    require(request.actor, MANAGE)
    form = filter_of(request)
    wanted = form.wanted()
    page = page_of(all_payments(wanted), request.GET.get("page", 1))
    cards = cards_of({each.member_id for each in page.items})
    context = {
        "form": form,
        "page": page,
        "lines": [(each, cards.get(each.member_id)) for each in page.items],
        "is_cut": page.count >= COUNT_MAX,
        "asked": asked_for(request),
    }
    name = "payments/_all.html" if request.headers.get("HX-Target") == "results" else "payments/all.html"
    return render(request, name, context)


@needs_member
@require_safe
def export(request: MemberRequest, form: str) -> HttpResponse:
    """What the filters show, as `csv` or `pdf`."""
    require(request.actor, MANAGE)
    zone, community = time_zone_of(request.member.pk), current_community()
    found = all_payments(filter_of(request).wanted())
    name = f"{slugify(community.name)}-all-payments-{clock.today(zone):%Y%m%d}"
    if form == "pdf":
        return as_file(payments_pdf(found, zone, title=f"{community.name}: all payments", said=[]), name, form)
    cards = cards_of({each.member_id for each in found[:CSV_ROWS_MAX]})
    return as_file(payments_csv(found, zone, {key: card.name for key, card in cards.items()}), name, form)


@needs_member
@require_safe
def one(request: MemberRequest, public_id: str) -> HttpResponse:
    """One payment with its attempts, and what became of it afterwards."""
    require(request.actor, MANAGE)
    payment = _payment(public_id)
    is_in = isinstance(payment, Collection)
    about = described([payment.purpose]).get(payment.purpose)
    context: dict[str, Any] = {
        "payment": payment,
        "is_in": is_in,
        "title": about.words if about else description_of(payment.purpose),
        "about": about,
        "standing": standing_of_payment(payment),
        "card": cards_of([payment.member_id]).get(payment.member_id),
        "way": way_of(payment),
        "receipt": receipt_of(payment) if isinstance(payment, Collection) else payment.receipt or "",
    }
    if isinstance(payment, Collection):
        context |= {
            "attempts": payment.attempts.order_by("number"),
            "refunds": Refund.objects.filter(attempt__collection=payment).order_by("requested_at"),
            "disputes": Dispute.objects.filter(attempt__collection=payment).order_by("opened_at"),
            "can_return": payment.state == "confirmed"
            and rails.facts_of(payment.rail).gives_back
            and returned_of(payment) < payment.amount,
        }
    else:
        onward = onward_of(payment)
        context |= {"onward": onward, "can_take_back": onward is not None and onward.state in RECALLABLE}
    return render(request, "payments/one.html", context)


@needs_member
@require_safe
def reports(request: MemberRequest) -> HttpResponse:
    """What became of payments: by rail, and by day, week or month."""
    require(request.actor, MANAGE)
    form, problem, report = ReportForm(request.GET or None), "", None
    try:
        report = _report(request, form)
    except Refusal as refusal:
        problem = refusal.sentence
    context = {"form": form, "report": report, "problem": problem, "asked": asked_for(request)}
    return render(request, "payments/reports.html", context, status=422 if problem else 200)


@needs_member
@require_safe
def report_file(request: MemberRequest) -> HttpResponse:
    """The same for a spreadsheet."""
    require(request.actor, MANAGE)
    report = _report(request, ReportForm(request.GET or None))
    name = f"{slugify(current_community().name)}-report-{report.first:%Y%m%d}-{report.last:%Y%m%d}"
    return as_file(report_csv(report), name, "csv")


def _report(request: MemberRequest, form: ReportForm) -> Report:
    zone = current_community().time_zone
    form.is_valid()
    typed = form.cleaned_data if form.is_bound else {}
    last: date = typed.get("until") or clock.today(zone)
    first: date = typed.get("since") or _months_back(last, 2)
    return payments_report(first, last, _STEPS.get(typed.get("step") or "month", "month"), zone)


def _months_back(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def _payment(public_id: str) -> Collection | Payout:
    models: tuple[tuple[str, type[Collection] | type[Payout]], ...] = (("collection", Collection), ("payout", Payout))
    for prefix, model in models:
        if public_id.startswith(f"{prefix}_"):
            found = model.objects.select_related("method").filter(pk=ids.parse(prefix, public_id)).first()
            if found is not None:
                return found
    raise PaymentNotFound()
