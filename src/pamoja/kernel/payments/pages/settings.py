"""How the community is paid: for who looks after its payments."""

from __future__ import annotations

from django.conf import settings as installed
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pamoja.foundation.errors import Refusal
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import MemberRequest, needs_member, needs_recent_sign_in, require
from pamoja.kernel.payments.actions.configuring import change_payment_settings
from pamoja.kernel.payments.actions.reviewing import MANAGE
from pamoja.kernel.payments.forms.settings import SettingsForm
from pamoja.kernel.payments.queries.readiness import rails_standing
from pamoja.kernel.payments.queries.settings import chosen


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def payment_settings(request: MemberRequest) -> HttpResponse:
    """Rails with what each needs, when members are asked again, and the account they transfer to."""
    require(request.actor, MANAGE)
    country = current_community().country
    form = SettingsForm(request.POST or None, chosen=chosen(), standing=rails_standing(), country=country)
    if form.is_valid():
        try:
            change_payment_settings(by=request.actor, choices=form.choices())
            messages.success(request, "Saved. It holds for whatever is asked from now on.")
            return redirect("payments:settings")
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
    context = {
        "form": form,
        "is_british": country == "GB",
        "usual_attempts": str(installed.PAMOJA.payments_attempts_max),
    }
    return render(request, "payments/settings.html", context, status=422 if form.is_bound else 200)
