"""By which numbers and addresses the community speaks: for who runs it."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pamoja.foundation.errors import Refusal
from pamoja.kernel.identity.public import MemberRequest, needs_member, needs_recent_sign_in
from pamoja.kernel.messaging.actions.sending import CHANGE, change_senders
from pamoja.kernel.messaging.forms import SendersForm
from pamoja.kernel.messaging.queries.sending import own_senders, senders


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def change(request: MemberRequest) -> HttpResponse:
    """What is in use, and a form for the community's own. The provider's secrets are the installation's alone."""
    request.actor.require(CHANGE)
    own = own_senders()
    initial = {"whatsapp": own.whatsapp, "sms": own.sms, "mail": own.mail} if own else {}
    form = SendersForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_senders(by=request.actor, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, "Saved. What is sent from now on comes from there.")
            return redirect("messaging:senders")
    context = {
        "form": form,
        "in_use": senders(),
        "own": own,
        "inbound_url": f"{settings.PAMOJA.twilio_callback_base_url}/hooks/twilio/inbound",
    }
    return render(request, "messaging/senders.html", context, status=422 if form.errors else 200)
