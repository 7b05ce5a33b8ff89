"""By which numbers and addresses the community speaks, and who carries its WhatsApp: for who runs it."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from pamoja.foundation.errors import ProviderFailure, Refusal
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import MemberRequest, needs_member, needs_recent_sign_in
from pamoja.kernel.messaging.actions.connecting import connect_meta, disconnect_meta
from pamoja.kernel.messaging.actions.sending import CHANGE, change_senders
from pamoja.kernel.messaging.errors import MetaNotConnected
from pamoja.kernel.messaging.forms import MetaForm, SendersForm
from pamoja.kernel.messaging.providers import meta
from pamoja.kernel.messaging.queries.sending import meta_verify_token, own_senders, senders


@needs_member
@needs_recent_sign_in
@require_http_methods(["GET", "POST"])
def change(request: MemberRequest) -> HttpResponse:
    """What is in use, and forms for the community's own. The secrets of Twilio's account are the installation's."""
    request.actor.require(CHANGE)
    form = _own_form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            change_senders(by=request.actor, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, "Saved. What is sent from now on comes from there.")
            return redirect("messaging:senders")
    return _page(request, form=form, meta_form=MetaForm())


@needs_member
@needs_recent_sign_in
@require_POST
def connect(request: MemberRequest) -> HttpResponse:
    """Whether the token opens the number is tried before anything is kept."""
    request.actor.require(CHANGE)
    form = MetaForm(request.POST)
    if form.is_valid():
        try:
            _connect(request, form)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, "Connected. WhatsApp messages come from there from now on.")
            return redirect("messaging:senders")
    return _page(request, form=_own_form(), meta_form=form)


@needs_member
@needs_recent_sign_in
@require_POST
def disconnect(request: MemberRequest) -> HttpResponse:
    """Back to the installation's account at Twilio."""
    disconnect_meta(by=request.actor)
    messages.success(request, "Disconnected. Its token is forgotten.")
    return redirect("messaging:senders")


def _connect(request: MemberRequest, form: MetaForm) -> None:
    wish = form.cleaned_data
    try:
        number = meta.number_with(wish["number_id"], wish["token"]).number
    except ProviderFailure as failure:
        raise MetaNotConnected(reason=f"{str(failure).rstrip('.')} ({failure.code})") from failure
    connect_meta(by=request.actor, number=number, **wish)


def _own_form(said: QueryDict | None = None) -> SendersForm:
    own = own_senders()
    return SendersForm(said, initial={"whatsapp": own.whatsapp, "sms": own.sms, "mail": own.mail} if own else {})


def _page(request: MemberRequest, *, form: SendersForm, meta_form: MetaForm) -> HttpResponse:
    community, base = current_community(), settings.PAMOJA.twilio_callback_base_url or settings.PAMOJA.base_url
    own = own_senders()
    context = {
        "form": form,
        "meta_form": meta_form,
        "in_use": senders(),
        "own": own,
        "inbound_url": f"{base}/hooks/twilio/inbound",
        "meta_url": f"{base}/hooks/meta/{community.slug}",
        "verify_token": meta_verify_token(community.pk),
    }
    return render(request, "messaging/senders.html", context, status=422 if form.errors or meta_form.errors else 200)
