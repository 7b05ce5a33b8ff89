"""The secrets with which a community's events are signed, remembered for a while by each process."""

from __future__ import annotations

import time
from uuid import UUID

from starlette.requests import Request

from pamoja.foundation import clock, crypto

REMEMBERED_S = 30.0
# A flood of forgeries must not become a flood of queries.
AGAIN_S = 1.0

_FIELD = "payments_endpoint.secret"
_READ = """
    SELECT secret FROM payments_endpoint
    WHERE rail = 'stripe' AND (retired_at IS NULL OR retired_at > %s) ORDER BY made_at DESC LIMIT 5
"""


async def secrets_of(request: Request, community_id: UUID, *, again: bool = False) -> list[str]:
    """The community's current secrets, newest first; with `again`, none when they were read a moment ago."""
    state = request.app.state
    if not hasattr(state, "payments_secrets"):
        state.payments_secrets = {}
    known: dict[UUID, tuple[float, list[str]]] = state.payments_secrets
    read_at, secrets = known.get(community_id, (-REMEMBERED_S, []))
    age_s = time.monotonic() - read_at
    if again and age_s < AGAIN_S:
        return []
    if again or age_s >= REMEMBERED_S:
        secrets = await _read(request, community_id)
        if secrets:  # Addresses that nobody gave away do not fill the memory.
            known[community_id] = (time.monotonic(), secrets)
    return secrets


async def _read(request: Request, community_id: UUID) -> list[str]:
    async with request.app.state.pool.connection() as connection, connection.transaction():
        await connection.execute("SELECT set_config('pamoja.community', %s, true)", [str(community_id)])
        rows = await (await connection.execute(_READ, [clock.now()])).fetchall()
    return [crypto.decrypt(bytes(row[0]), _FIELD) for row in rows]
