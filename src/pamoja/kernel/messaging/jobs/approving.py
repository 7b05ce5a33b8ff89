"""Templates: what could not be said outside WhatsApp's window is submitted for approval, and asked after."""

from __future__ import annotations

import logging

from django.db.models import Q

from pamoja.foundation.errors import ProviderFailure
from pamoja.foundation.jobs import every
from pamoja.kernel.messaging import actions
from pamoja.kernel.messaging.models import ProviderContent
from pamoja.kernel.messaging.providers import twilio

log = logging.getLogger("pamoja.messaging")

SUBMITTED_AT_ONCE = 20
UNDECIDED = ("received", "pending", "paused")


@every(seconds=600, name="messaging.approvals", queue="sweeps")
def look_after_templates() -> None:
    """Submit what is new, and ask how far the others are."""
    new = ProviderContent.objects.filter(approval="unsubmitted").exclude(body="").order_by("created_at")
    for content in new[:SUBMITTED_AT_ONCE]:
        try:
            _submit(content)
        except ProviderFailure as failure:
            log.warning("a template could not be submitted: %s", failure.code, extra={"template": content.name})
    for content in ProviderContent.objects.filter(Q(approval__in=UNDECIDED)).exclude(provider_id=""):
        try:
            approval, rejection = twilio.approval_of(content.provider_id)
        except ProviderFailure as failure:
            log.warning("an approval could not be asked after: %s", failure.code, extra={"template": content.name})
            continue
        actions.record_approval(content_id=content.pk, approval=approval, rejection=rejection)


def _submit(content: ProviderContent) -> None:
    """Killed between the two, the content is kept once more under another id, which nothing refers to."""
    name = f"{content.name.replace('/', '_')}_{content.language}_{content.fingerprint[:8]}".lower()
    if not content.provider_id:
        types = {"twilio/text": {"body": content.body}}
        content.provider_id = twilio.keep_content(name, content.language, types, content.samples)
        actions.record_kept(content_id=content.pk, provider_id=content.provider_id)
    approval = twilio.ask_for_approval(content.provider_id, name)
    actions.record_approval(content_id=content.pk, approval=approval)
