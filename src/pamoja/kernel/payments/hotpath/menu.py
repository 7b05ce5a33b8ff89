"""Takes in what M-PESA tells of payments by menu: kept in the community whose member the account number names."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from psycopg import Error
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pamoja.foundation.webhooks import body_of
from pamoja.kernel.payments.hotpath.intake import intake_of
from pamoja.kernel.payments.hotpath.prompts import ACCEPTED, TOO_LARGE, UNKNOWN, addressed, kept, source_of_request
from pamoja.kernel.payments.rules.arrivals import pushed_reference
from pamoja.kernel.payments.rules.messages import NoticeKind
from pamoja.kernel.payments.rules.references import references_in
from pamoja.kernel.payments.rules.sources import is_allowed

log = logging.getLogger(__name__)

# Source: contract M-PESA §4. The account number is not one of ours: M-PESA takes no money.
REJECTED = {"ResultCode": "C2B00012", "ResultDesc": "Rejected"}
MAY_PAY = {"ResultCode": "0", "ResultDesc": "Accepted"}

_RECEIPTS = UUID("0d4c7f0e-1d0a-5f5c-8c38-6f4f3b0b9a52")
_HOME = "SELECT payments_home_of(%s, %s)"


async def receive_payment(request: Request) -> Response:
    """`POST /hooks/pay/{community}/c2b/{token}`: somebody paid. Kept once for a receipt and what is said of it."""
    found, body = addressed(request, NoticeKind.C2B), await body_of(request)
    if found is None:
        return JSONResponse(UNKNOWN, 404)
    if body is None:
        return JSONResponse(TOO_LARGE, 413)
    community_id, subject_id = found
    told = _object(body)
    if receipt := str(told.get("TransID") or "")[:40]:
        subject_id = uuid5(_RECEIPTS, receipt)
    home = await _home_of(request, told)
    await intake_of(request).keep(
        kept(request, body, community_id=home or community_id, kind=NoticeKind.C2B, subject_id=subject_id)
    )
    return ACCEPTED


async def check_payment(request: Request) -> Response:
    """`POST /hooks/pay/{community}/c2b-check/{token}`: may they pay this? Nothing is kept: no money has moved.

    Only an account number that names nobody is turned down. When we cannot tell, the money may come: it then waits
    for a person.
    """
    found, body = addressed(request, NoticeKind.C2B_CHECK), await body_of(request)
    if found is None:
        return JSONResponse(UNKNOWN, 404)
    source = source_of_request(request)
    if body is None or not is_allowed(source, settings.PAMOJA.mpesa_allowed_sources):
        return JSONResponse(REJECTED)
    try:
        home = await _home_of(request, _object(body))
    except Error:
        log.warning("an account number could not be looked up", exc_info=True)
        return JSONResponse(MAY_PAY)
    return JSONResponse(MAY_PAY if home else REJECTED)


async def _home_of(request: Request, told: dict[str, Any]) -> UUID | None:
    typed = str(told.get("BillRefNumber") or "")[:40]
    codes, account = references_in(typed), pushed_reference(typed)
    if not codes and not account:
        return None
    async with request.app.state.pool.connection() as connection:
        row = await (await connection.execute(_HOME, [codes, account])).fetchone()
    return row[0] if row else None


def _object(body: bytes) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        told = json.loads(body)
        if isinstance(told, dict):
            return told
    return {}
