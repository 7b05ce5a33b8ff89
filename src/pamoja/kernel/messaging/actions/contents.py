"""Contents that a provider keeps for us, and how far the approval of each template is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from django.db.models import F

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.actions.taking_over import MANAGE
from pamoja.kernel.messaging.models import ProviderContent
from pamoja.kernel.messaging.queries import handing
from pamoja.kernel.messaging.queries.sending import senders

_submitters: list[Callable[[], object]] = []


@action
def remember_content(
    *,
    by: Actor = SYSTEM,
    key: str,
    name: str,
    language: str,
    provider_id: str,
    body: str = "",
    samples: Sequence[str] = (),
) -> None:
    """The provider keeps this content under its id; the first id remembered stays."""
    made = ProviderContent(
        fingerprint=key,
        name=name[:120],
        language=language,
        provider_id=provider_id,
        body=body,
        samples=list(samples),
    )
    ProviderContent.objects.bulk_create([made], ignore_conflicts=True)


@action
def want_template(*, by: Actor = SYSTEM, skeleton: str, name: str, language: str) -> None:
    """Outside WhatsApp's window this could have gone as a template: let it be one for the next time.

    Its samples are invented: nothing of a member's is shown to whoever approves templates.
    """
    _want(skeleton, name, language)


@action
def submit_template(*, by: Actor, skeleton: str, name: str, language: str) -> None:
    """Let this text be approved before it is needed; one that was refused is submitted once more.

    Raises: NotAllowed without `messaging.manage`.
    """
    by.require(MANAGE)
    key = _want(skeleton, name, language)
    # A provider keeps what it has refused: another try is another content there.
    again = ProviderContent.objects.filter(fingerprint=key, approval="rejected")
    again.update(approval="unsubmitted", rejection="", provider_id="", submissions=F("submissions") + 1)
    for wake in _submitters:
        wake()


def _want(skeleton: str, name: str, language: str) -> str:
    """With whoever approves this community's templates; gives what it is found by."""
    kept_by = senders().templates_kept_by
    made = ProviderContent(
        fingerprint=handing.template_fingerprint(skeleton, language, kept_by),
        kept_by=kept_by,
        name=name[:120],
        language=language,
        body=skeleton,
        samples=list(rules.samples_for(skeleton)),
    )
    ProviderContent.objects.bulk_create([made], ignore_conflicts=True)
    return made.fingerprint


def submit_with(wake: Callable[[], object]) -> None:
    """Called in each transaction that wants something submitted, to queue the job that does it."""
    _submitters.append(wake)


@action
def record_kept(*, by: Actor = SYSTEM, content_id: UUID, provider_id: str) -> None:
    """The provider keeps this text under its id."""
    ProviderContent.objects.filter(pk=content_id, provider_id="").update(provider_id=provider_id)


@action
def record_approval(*, by: Actor = SYSTEM, content_id: UUID, approval: str, rejection: str = "") -> None:
    """How far the provider's approval of a template is."""
    ProviderContent.objects.filter(pk=content_id).update(
        approval=approval[:20], rejection=rules.one_line(rejection)[:300], checked_at=clock.now()
    )
