"""Plans how one callback is carried, as the faults of its subject want it: lost, late, several times, overtaken."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pamoja.sandbox.world import World


def post(
    world: World,
    url: str,
    body: Any,
    planned: dict[str, Any],
    due_at: datetime,
    *,
    scope: str,
    about: str,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Sends `body` at `due_at`, unless `planned` faults interfere."""
    if "callback_lost" in planned:
        return
    about = "; ".join([about, *(f"fault: {kind}" for kind in planned)])
    if "callback_late" in planned:
        due_at += timedelta(seconds=planned["callback_late"]["delay_s"])
    is_held = "callback_reordered" in planned
    for _ in range(planned.get("callback_duplicated", {}).get("times", 1)):
        world.callbacks.send(url=url, body=body, about=about, scope=scope, at=due_at, held=is_held, headers=headers)
    if is_held:
        world.agenda.add(
            "callback.release", due_at + timedelta(seconds=planned["callback_reordered"]["wait_s"]), scope=scope
        )
