"""Templates: what could not be said outside WhatsApp's window is submitted for approval, and asked after."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from pamoja.foundation import clock
from pamoja.foundation.errors import ProviderFailure
from pamoja.foundation.jobs import enqueue, every, job
from pamoja.kernel.communities.public import each_community
from pamoja.kernel.messaging import actions
from pamoja.kernel.messaging.actions.contents import submit_with
from pamoja.kernel.messaging.models import ProviderContent
from pamoja.kernel.messaging.providers import Approver, Draft, MetaTemplates, TwilioTemplates
from pamoja.kernel.messaging.queries.sending import meta_account

log = logging.getLogger("pamoja.messaging")

SUBMITTED_AT_ONCE = 20
UNDECIDED = ("received", "pending", "paused", "in_appeal")
# WhatsApp pauses or withdraws an approved template that people complain about.
LOOKED_AT_AGAIN_AFTER = timedelta(hours=12)


@every(seconds=600, name="messaging.approvals", queue="sweeps")
def look_after_templates() -> None:
    """Submit what is new, and ask how far the others are, now and then also of those that were approved."""
    for approver in _approvers():
        _submit_new(approver)
        for content in _undecided(approver.kept_by):
            _ask_after(content, approver)


@job("messaging.submit_templates", queue="messages")
def submit_new() -> None:
    """Submit what is new for approval."""
    for approver in _approvers():
        _submit_new(approver)


def _approvers() -> Iterator[Approver]:
    """The installation's account at Twilio, and each community's own at Meta."""
    if settings.PAMOJA.twilio_account_sid:
        yield TwilioTemplates()
    for _ in each_community():
        if account := meta_account():
            yield MetaTemplates(account)


def _undecided(kept_by: str) -> QuerySet[ProviderContent]:
    stale = Q(approval="approved", checked_at__lt=clock.now() - LOOKED_AT_AGAIN_AFTER)
    found = ProviderContent.objects.filter(Q(approval__in=UNDECIDED) | stale, kept_by=kept_by)
    return found.exclude(provider_id="")


def _ask_after(content: ProviderContent, approver: Approver) -> None:
    try:
        approval, rejection = approver.approval_of(content.provider_id, content.language)
    except ProviderFailure as failure:
        log.warning("an approval could not be asked after: %s", failure.code, extra={"template": content.name})
        return
    if approval != content.approval:
        log.info("the approval of a template is now %s", approval, extra={"template": content.name})
    actions.record_approval(content_id=content.pk, approval=approval, rejection=rejection)


def _submit_new(approver: Approver) -> None:
    new = ProviderContent.objects.filter(approval="unsubmitted", kept_by=approver.kept_by).exclude(body="")
    for content in new.order_by("created_at")[:SUBMITTED_AT_ONCE]:
        try:
            _submit(content, approver)
        except ProviderFailure as failure:
            log.warning("a template could not be submitted: %s", failure.code, extra={"template": content.name})


def _submit(content: ProviderContent, approver: Approver) -> None:
    """Killed between the two, a text is kept once more at Twilio, which nothing refers to; at Meta it is found."""
    again = f"_{content.submissions + 1}" if content.submissions else ""
    draft = Draft(
        title=content.name,
        language=content.language,
        mark=f"{content.language}_{content.fingerprint[:8]}{again}",
        body=content.body,
        samples=tuple(content.samples),
    )
    if not content.provider_id:
        content.provider_id = approver.keep(draft)
        actions.record_kept(content_id=content.pk, provider_id=content.provider_id)
    actions.record_approval(content_id=content.pk, approval=approver.ask(content.provider_id, draft))


submit_with(lambda: enqueue(submit_new))
