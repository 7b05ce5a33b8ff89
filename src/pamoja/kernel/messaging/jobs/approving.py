"""Templates: what could not be said outside WhatsApp's window is submitted for approval, and asked after."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from pamoja.foundation import clock
from pamoja.foundation.errors import ProviderFailure
from pamoja.foundation.jobs import enqueue, every, job
from pamoja.kernel.messaging import actions
from pamoja.kernel.messaging.actions.contents import submit_with
from pamoja.kernel.messaging.models import ProviderContent
from pamoja.kernel.messaging.providers import twilio

log = logging.getLogger("pamoja.messaging")

SUBMITTED_AT_ONCE = 20
UNDECIDED = ("received", "pending", "paused")
# WhatsApp pauses or withdraws an approved template that people complain about.
LOOKED_AT_AGAIN_AFTER = timedelta(hours=12)


@every(seconds=600, name="messaging.approvals", queue="sweeps")
def look_after_templates() -> None:
    """Submit what is new, and ask how far the others are, now and then also of those that were approved."""
    submit_new()
    stale = Q(approval="approved", checked_at__lt=clock.now() - LOOKED_AT_AGAIN_AFTER)
    for content in ProviderContent.objects.filter(Q(approval__in=UNDECIDED) | stale).exclude(provider_id=""):
        try:
            approval, rejection = twilio.approval_of(content.provider_id)
        except ProviderFailure as failure:
            log.warning("an approval could not be asked after: %s", failure.code, extra={"template": content.name})
            continue
        if approval != content.approval:
            log.info("the approval of a template is now %s", approval, extra={"template": content.name})
        actions.record_approval(content_id=content.pk, approval=approval, rejection=rejection)


@job("messaging.submit_templates", queue="messages")
def submit_new() -> None:
    """Submit what is new for approval."""
    if not settings.PAMOJA.twilio_account_sid:
        return
    new = ProviderContent.objects.filter(approval="unsubmitted").exclude(body="").order_by("created_at")
    for content in new[:SUBMITTED_AT_ONCE]:
        try:
            _submit(content)
        except ProviderFailure as failure:
            log.warning("a template could not be submitted: %s", failure.code, extra={"template": content.name})


def _submit(content: ProviderContent) -> None:
    """Killed between the two, the content is kept once more under another id, which nothing refers to."""
    again = f"_{content.submissions + 1}" if content.submissions else ""
    name = f"{content.name.replace('/', '_')}_{content.language}_{content.fingerprint[:8]}{again}".lower()
    if not content.provider_id:
        types = {"twilio/text": {"body": content.body}}
        content.provider_id = twilio.keep_content(name, content.language, types, content.samples)
        actions.record_kept(content_id=content.pk, provider_id=content.provider_id)
    approval = twilio.ask_for_approval(content.provider_id, name)
    actions.record_approval(content_id=content.pk, approval=approval)


submit_with(lambda: enqueue(submit_new))
