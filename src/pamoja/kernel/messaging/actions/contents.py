"""Contents that a provider keeps for us, and how far the approval of each template is."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.models import ProviderContent
from pamoja.kernel.messaging.queries import handing


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
    made = ProviderContent(
        fingerprint=handing.template_fingerprint(skeleton, language),
        name=name[:120],
        language=language,
        body=skeleton,
        samples=list(rules.samples_for(skeleton)),
    )
    ProviderContent.objects.bulk_create([made], ignore_conflicts=True)


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
