"""Tells the time of the outside world, which anybody may turn: everything that waits here waits by this clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pamoja.sandbox.answers import BadInput
from pamoja.sandbox.store import Store

NAIROBI = ZoneInfo("Africa/Nairobi")
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Clock:
    """Real time plus an offset that survives a restart."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._offset = timedelta(seconds=store.setting("clock.offset_s", 0.0))

    @property
    def offset_s(self) -> float:
        return self._offset.total_seconds()

    @property
    def is_turned(self) -> bool:
        return bool(self._offset)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def turn_to(self, when: datetime) -> None:
        """Raises: BadInput when `when` is outside 2000-2100."""
        if not EARLIEST <= when <= LATEST:
            raise BadInput("The clock can be turned to any time between 2000 and 2100.", field="now")
        self._keep(when - datetime.now(UTC))

    def advance(self, seconds: float) -> None:
        """Raises: BadInput when that leads outside 2000-2100."""
        if not abs(seconds) < 10**10:
            raise BadInput("The clock cannot be turned that far.", field="advance_s")
        self.turn_to(self.now() + timedelta(seconds=seconds))

    def back_to_real(self) -> None:
        self._keep(timedelta(0))

    def _keep(self, offset: timedelta) -> None:
        self._offset = offset
        self._store.keep_setting("clock.offset_s", offset.total_seconds())


def from_seconds(seconds: float) -> datetime:
    """Units: seconds since 1970, as the store keeps them."""
    return datetime.fromtimestamp(seconds, UTC)


def iso(moment: datetime | float | None) -> str | None:
    """How the JSON API writes a moment: UTC with milliseconds and a Z."""
    if moment is None:
        return None
    if isinstance(moment, int | float):
        moment = from_seconds(moment)
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_iso(text: object, *, field: str) -> datetime:
    """Raises: BadInput when `text` is no ISO 8601 moment; one without a zone is UTC."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise BadInput("Write the moment as ISO 8601, such as 2026-11-21T08:34:00Z.", field=field) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
