"""What all endpoints of savings share: how they may refuse, and whether the product is on."""

from __future__ import annotations

from uuid import UUID

from ninja import Header

from pamoja.foundation import ids
from pamoja.foundation.actions import IdempotencyKey
from pamoja.kernel.communities.public import require_product
from pamoja.kernel.identity.public import MemberRequest
from pamoja.products.savings.queries.circle_page import circle_page
from pamoja.products.savings.schemas.asking import Key
from pamoja.products.savings.schemas.documents import CircleDocument
from pamoja.products.savings.schemas.showing import Problem

REFUSED = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem, 429: Problem}

IDEMPOTENCY_KEY: Key = Header(
    ..., alias="Idempotency-Key", description="Chosen by you, once a payment: sent again, nothing is paid twice."
)


def circle_with(circle_id: str) -> UUID:
    """The circle's id.

    Raises: MalformedId; ProductOff where the community has no savings.
    """
    require_product("savings")
    return ids.parse("circle", circle_id)


def shown(request: MemberRequest, circle_id: UUID) -> CircleDocument:
    """The circle as it is now, as an answer to whoever changed it."""
    return CircleDocument.of(circle_page(circle_id, request.actor))


def key_of(text: str) -> IdempotencyKey:
    """The caller's key, as actions take it."""
    return IdempotencyKey(text)
