"""The member's statement as a file, and the books for those who keep them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from pamoja.foundation import clock
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import MemberRequest, card_of, needs_member, require, time_zone_of
from pamoja.kernel.ledger.forms import PeriodForm
from pamoja.kernel.ledger.queries import exporting, reading
from pamoja.kernel.ledger.rules import Statement, account_tree


@needs_member
@require_safe
def statement_file(request: MemberRequest, form: str) -> HttpResponse:
    """The wallet's movements of the chosen days, as `csv` or `pdf`."""
    community, zone = current_community(), time_zone_of(request.member.pk)
    period = PeriodForm(request.GET)
    if not period.is_valid():
        return HttpResponse("Choose at most two years, the first day before the last.", status=422)
    since, until = period.moments(zone, clock.today(zone))
    owner = f"member:{request.member.pk}"
    account = reading.account_of(owner=owner, purpose="wallet", currency=community.currency)
    found = (
        reading.statement(account, since, until)
        if account
        else Statement.empty(currency=community.currency, since=since, until=until)
    )
    name = f"{slugify(community.name)}-{since:%Y%m%d}-{until:%Y%m%d}.{form}"
    if form == "pdf":
        holder = card_of(request.member).name
        body: bytes | str = exporting.as_pdf(found, zone, title=f"{community.name}: statement", holder=holder)
        response = HttpResponse(body, content_type="application/pdf")
    else:
        response = HttpResponse(exporting.as_csv(found, zone), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@needs_member
@require_safe
def books(request: MemberRequest) -> HttpResponse:
    """The account tree: what belongs to members, what is in transit, what is the community's own."""
    require(request.actor, "ledger.read")
    trial = reading.trial_balance()
    context = {"branches": account_tree(trial), "trial": trial, "moves": reading.recent_entries(20)}
    return render(request, "ledger/books.html", context)
