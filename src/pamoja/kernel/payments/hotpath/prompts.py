"""Takes in unsigned webhooks: the address they come to proves that we gave it away."""

from __future__ import annotations

import logging
from contextlib import suppress
from uuid import UUID

from django.conf import settings
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pamoja.foundation import clock, crypto, ids
from pamoja.foundation.webhooks import body_of
from pamoja.kernel.payments.hotpath.intake import Kept, headers_of, intake_of
from pamoja.kernel.payments.queries.settings import webhook_secret
from pamoja.kernel.payments.rules.messages import NoticeKind
from pamoja.kernel.payments.rules.sources import is_allowed, source_of
from pamoja.kernel.payments.rules.tokens import Addressed, read_token

log = logging.getLogger(__name__)

ACCEPTED = {"ResultCode": 0, "ResultDesc": "Accepted"}

_BODY_FIELD = "payments_inbox.body"
_FINGERPRINT_FIELD = "payments_inbox.fingerprint"


async def receive(request: Request) -> Response:
    """`POST /hooks/pay/{community}/{kind}/{token}`."""
    found = _addressed(request)
    if found is None:
        return JSONResponse({"ResultCode": 1, "ResultDesc": "Unknown address"}, 404)
    community_id, kind, addressed = found
    body = await body_of(request)
    if body is None:
        return JSONResponse({"ResultCode": 1, "ResultDesc": "Too large"}, 413)
    source = source_of_request(request)
    is_trusted = is_allowed(source, settings.PAMOJA.mpesa_allowed_sources)
    if not is_trusted:
        log.warning("a webhook came from an address that is not allowed", extra={"source": source, "kind": kind})
    text = body.decode("latin-1")
    await intake_of(request).keep(
        Kept(
            id=ids.new_id(),
            community_id=community_id,
            rail="mpesa",
            kind=kind.value,
            subject_id=addressed.subject_id,
            body=crypto.encrypt(text, _BODY_FIELD),
            headers=headers_of(request),
            source=source[:45],
            is_trusted=is_trusted,
            fingerprint=crypto.blind_index(text, _FINGERPRINT_FIELD),
            received_at=clock.now(),
        )
    )
    return JSONResponse(ACCEPTED)


def source_of_request(request: Request) -> str:
    """Where it really came from."""
    peer = request.client.host if request.client else ""
    return source_of(peer, request.headers.get("x-forwarded-for", ""), settings.PAMOJA.trusted_proxies)


def _addressed(request: Request) -> tuple[UUID, NoticeKind, Addressed] | None:
    named = request.path_params
    with suppress(ValueError):
        community_id, kind = UUID(hex=named["community"]), NoticeKind(named["kind"])
        addressed = read_token(webhook_secret(), named["token"], community_id=community_id, kind=kind)
        if addressed is not None:
            return community_id, kind, addressed
    return None
