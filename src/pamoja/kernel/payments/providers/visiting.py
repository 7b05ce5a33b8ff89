"""A member's visit to the provider's own page, on which a card is saved or a Direct Debit is signed."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pamoja.foundation.actions import Actor
from pamoja.kernel.payments.actions import methods as deeds
from pamoja.kernel.payments.errors import ProviderAway, RailFailure
from pamoja.kernel.payments.models import Method
from pamoja.kernel.payments.providers.rails import rail_named
from pamoja.kernel.payments.rules.methods import RAIL_OF, MethodKind, MethodState


@dataclass(frozen=True)
class Visit:
    """Where to go, and the way to pay that it is about."""

    method_id: UUID
    url: str


def begin_visit(*, by: Actor, kind: MethodKind) -> Visit:
    """Open the provider's page for this member.

    Raises: Refusal, as `begin_method`; ProviderAway when the provider does not answer.
    """
    order = deeds.begin_method(by=by, kind=kind)
    try:
        started = rail_named(RAIL_OF[kind]).begin_setup(order)
    except RailFailure as failure:
        raise ProviderAway() from failure
    deeds.record_setup_started(method_id=order.method_id, started=started)
    return Visit(order.method_id, started.url)


def asked_about(found: Method) -> Method:
    """What the provider says now of a visit under way; what it does not say now it says to the sweep."""
    if found.state != MethodState.PENDING or not found.session_id:
        return found
    try:
        said = rail_named(found.rail).setup_state(found.session_id)
    except RailFailure:
        return found
    return deeds.record_method(method_id=found.pk, said=said)
