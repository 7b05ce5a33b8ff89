"""Takes in unsigned webhooks: the address they come to proves that we gave it away."""

from __future__ import annotations

import logging
from contextlib import suppress
from uuid import UUID

from django.conf import settings
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pamoja.foundation import clock, crypto, ids
from pamoja.foundation.webhooks import SetAnswer, body_of, header_of
from pamoja.kernel.payments.hotpath.intake import Kept, headers_of, intake_of
from pamoja.kernel.payments.queries.settings import webhook_secret
from pamoja.kernel.payments.rules.messages import NoticeKind
from pamoja.kernel.payments.rules.sources import is_allowed, source_of
from pamoja.kernel.payments.rules.tokens import read_token

log = logging.getLogger(__name__)

ACCEPTED = SetAnswer('{"ResultCode":0,"ResultDesc":"Accepted"}', media_type="application/json")
UNKNOWN = {"ResultCode": 1, "ResultDesc": "Unknown address"}
TOO_LARGE = {"ResultCode": 1, "ResultDesc": "Too large"}

_BODY_FIELD = "payments_inbox.body"
_FINGERPRINT_FIELD = "payments_inbox.fingerprint"


async def receive(request: Request) -> Response:
    """`POST /hooks/pay/{community}/{kind}/{token}`."""
    kind = _kind(request.path_params["kind"])
    found = addressed(request, kind) if kind else None
    if kind is None or found is None:
        return JSONResponse(UNKNOWN, 404)
    body = await body_of(request)
    if body is None:
        return JSONResponse(TOO_LARGE, 413)
    community_id, subject_id = found
    await intake_of(request).keep(kept(request, body, community_id=community_id, kind=kind, subject_id=subject_id))
    return ACCEPTED


def addressed(request: Request, kind: NoticeKind) -> tuple[UUID, UUID] | None:
    """The community and the subject that the address names; None when we did not give it away."""
    with suppress(ValueError):
        community_id = UUID(hex=request.path_params["community"])
        found = read_token(webhook_secret(), request.path_params["token"], community_id=community_id, kind=kind)
        if found is not None:
            return community_id, found.subject_id
    return None


def kept(request: Request, body: bytes, *, community_id: UUID, kind: NoticeKind, subject_id: UUID) -> Kept:
    """The webhook, sealed, with whether it came from where such webhooks come from."""
    source = source_of_request(request)
    is_trusted = is_allowed(source, settings.PAMOJA.mpesa_allowed_sources)
    if not is_trusted:
        log.warning("a webhook came from an address that is not allowed", extra={"source": source, "kind": kind})
    text = body.decode("latin-1")
    return Kept(
        id=ids.new_id(),
        community_id=community_id,
        rail="mpesa",
        kind=kind.value,
        subject_id=subject_id,
        body=crypto.encrypt(text, _BODY_FIELD),
        headers=headers_of(request),
        source=source[:45],
        is_trusted=is_trusted,
        fingerprint=crypto.blind_index(text, _FINGERPRINT_FIELD),
        received_at=clock.now(),
    )


def source_of_request(request: Request) -> str:
    """Where it really came from."""
    peer = request.client.host if request.client else ""
    return source_of(peer, header_of(request, b"x-forwarded-for"), settings.PAMOJA.trusted_proxies)


def _kind(name: str) -> NoticeKind | None:
    try:
        return NoticeKind(name)
    except ValueError:
        return None
