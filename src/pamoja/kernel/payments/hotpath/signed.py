"""Takes in Stripe's signed events: by signature in constant time, each event id once."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from uuid import UUID, uuid5

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pamoja.foundation import clock, crypto, ids
from pamoja.foundation.webhooks import SetAnswer, body_of, header_of
from pamoja.kernel.payments.hotpath.intake import Kept, headers_of, intake_of
from pamoja.kernel.payments.hotpath.prompts import source_of_request
from pamoja.kernel.payments.hotpath.secrets import secrets_of
from pamoja.kernel.payments.rules.messages import NoticeKind
from pamoja.kernel.payments.rules.signatures import signature

log = logging.getLogger(__name__)

_BODY_FIELD = "payments_inbox.body"
_FINGERPRINT_FIELD = "payments_inbox.fingerprint"
_RECEIVED = SetAnswer('{"received":true}', media_type="application/json")
_EVENTS = UUID("6f0d7a52-2f5e-5f0b-9c52-0d3a6b1c7e11")


async def receive_event(request: Request) -> Response:
    """`POST /hooks/stripe/{community}`. Source: contract Stripe §5."""
    community_id = _community(request)
    body = await body_of(request)
    if community_id is None:
        return JSONResponse({"error": "unknown address"}, 404)
    if body is None:
        return JSONResponse({"error": "too large"}, 413)
    if not await _is_genuine(request, community_id, body):
        log.warning("an event was not signed by who may", extra={"community": str(community_id)})
        return JSONResponse({"error": "signature"}, 400)
    event_id = _event_id(body)
    if event_id is None:
        return JSONResponse({"error": "no event"}, 400)
    await intake_of(request).keep(
        Kept(
            id=ids.new_id(),
            community_id=community_id,
            rail="stripe",
            kind=NoticeKind.EVENT.value,
            subject_id=uuid5(_EVENTS, event_id),
            body=crypto.encrypt(body.decode("latin-1"), _BODY_FIELD),
            headers=headers_of(request),
            source=source_of_request(request)[:45],
            is_trusted=True,
            # A repetition may differ in a count of deliveries; its id is the same.
            fingerprint=crypto.blind_index(event_id, _FINGERPRINT_FIELD),
            received_at=clock.now(),
        )
    )
    return _RECEIVED


async def _is_genuine(request: Request, community_id: UUID, body: bytes) -> bool:
    claim = signature(header_of(request, b"stripe-signature"), now=int(clock.now().timestamp()))
    if claim is None:
        return False  # What bears no fresh signature at all costs nobody a look-up.
    if claim.is_of(body, await secrets_of(request, community_id)):
        return True
    # The secret may be newer than what we remember.
    return claim.is_of(body, await secrets_of(request, community_id, again=True))


def _community(request: Request) -> UUID | None:
    with suppress(ValueError):
        return UUID(hex=request.path_params["community"])
    return None


def _event_id(body: bytes) -> str | None:
    with suppress(ValueError, RecursionError):
        event = json.loads(body)
        if isinstance(event, dict) and isinstance(event.get("id"), str) and 0 < len(event["id"]) <= 255:
            return str(event["id"])
    return None
