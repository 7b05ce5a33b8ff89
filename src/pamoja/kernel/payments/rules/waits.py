"""How long to wait between attempts, as people write it: `10 min, 3 h, 1 day`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pamoja.kernel.payments.errors.showing import WaitsUnsound

WAITS_MAX, WAIT_S_LEAST, WAIT_S_MOST = 8, 60, 60 * 86_400
_UNITS = {"min": 60, "h": 3_600, "day": 86_400}
_WAIT = re.compile(r"(\d{1,4}) ?(min|h|day)[a-z]*")


def read_waits(text: str) -> list[int]:
    """In seconds, in the order written.

    Raises: WaitsUnsound when it cannot be read, is too long, or waits less than a minute or more than sixty days.
    """
    parts = [part.strip().casefold() for part in text.split(",") if part.strip()]
    found = [_WAIT.fullmatch(part) for part in parts]
    waits = [int(each[1]) * _UNITS[each[2]] for each in found if each]
    if len(waits) != len(parts) or len(waits) > WAITS_MAX or any(not WAIT_S_LEAST <= s <= WAIT_S_MOST for s in waits):
        raise WaitsUnsound()
    return waits


def written_waits(waits_s: Iterable[int]) -> str:
    """As they were written, in the largest unit that fits."""
    return ", ".join(_written(each) for each in waits_s)


def _written(wait_s: int) -> str:
    unit = next((name for name in ("day", "h") if wait_s % _UNITS[name] == 0), "min")
    number = wait_s // _UNITS[unit]
    return f"{number} {unit}{'s' if unit == 'day' and number != 1 else ''}"
