"""A member's payments: what comes, all that was, as files to keep, and the receipt of one."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from pamoja.foundation import clock
from pamoja.foundation.paging import page_of
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import MemberRequest, card_of, needs_member, time_zone_of
from pamoja.kernel.payments.actions.reviewing import MANAGE
from pamoja.kernel.payments.forms.history import HistoryFilter
from pamoja.kernel.payments.queries.exporting import payments_csv, payments_pdf, receipt_for, receipt_pdf
from pamoja.kernel.payments.queries.history import member_payments, own_payment
from pamoja.kernel.payments.queries.upcoming import upcoming_payments

UPCOMING_SHOWN = 4


@needs_member
@require_safe
def payments(request: MemberRequest) -> HttpResponse:
    """All payments of the member, newest first, filtered; above them what they will be asked for."""
    form = filter_of(request)
    wanted = form.wanted()
    context = {
        "form": form,
        "page": page_of(member_payments(request.member.pk, wanted), request.GET.get("page", 1)),
        "is_filtered": not wanted.is_all,
        "can_manage": request.actor.may(MANAGE),
        "asked": asked_for(request),
    }
    if request.headers.get("HX-Target") == "results":
        return render(request, "payments/_payments.html", context)
    coming = upcoming_payments(request.member.pk)
    context |= {"coming": coming[:UPCOMING_SHOWN], "more_coming": max(0, len(coming) - UPCOMING_SHOWN)}
    return render(request, "payments/payments.html", context)


@needs_member
@require_safe
def upcoming(request: MemberRequest) -> HttpResponse:
    """Everything that the member will be asked for in the next two months."""
    return render(request, "payments/upcoming.html", {"coming": upcoming_payments(request.member.pk)})


@needs_member
@require_safe
def export(request: MemberRequest, form: str) -> HttpResponse:
    """What the filters show, as `csv` or `pdf`."""
    zone, community = time_zone_of(request.member.pk), current_community()
    found = member_payments(request.member.pk, filter_of(request).wanted())
    name = f"{slugify(community.name)}-payments-{clock.today(zone):%Y%m%d}"
    if form == "csv":
        return as_file(payments_csv(found, zone), name, form)
    title = f"{community.name}: payments"
    return as_file(payments_pdf(found, zone, title=title, said=[card_of(request.member).name]), name, form)


@needs_member
@require_safe
def receipt(request: MemberRequest, public_id: str) -> HttpResponse:
    """What proves that a payment arrived, ready to be printed."""
    found = receipt_for(own_payment(request.member.pk, public_id))
    return render(request, "payments/receipt.html", {"receipt": found})


@needs_member
@require_safe
def receipt_file(request: MemberRequest, public_id: str) -> HttpResponse:
    """The same as a file."""
    found = receipt_for(own_payment(request.member.pk, public_id))
    return as_file(receipt_pdf(found, time_zone_of(request.member.pk)), f"receipt-{public_id[-8:]}", "pdf")


def filter_of(request: MemberRequest) -> HistoryFilter:
    """The filters in the address."""
    return HistoryFilter(
        request.GET or None, currency=current_community().currency, zone=time_zone_of(request.member.pk)
    )


def asked_for(request: MemberRequest) -> str:
    """The filters in the address, for links that keep them."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"?{kept.urlencode()}" if kept else ""


def as_file(body: str | bytes, name: str, form: str) -> HttpResponse:
    """A download."""
    kinds = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}
    disposition = f'attachment; filename="{name}.{form}"'
    return HttpResponse(body, content_type=kinds[form], headers={"Content-Disposition": disposition})
