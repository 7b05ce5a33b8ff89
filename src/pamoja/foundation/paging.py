"""Lists in pages of bounded size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")

SIZE_MAX = 100
# Past this depth an OFFSET scan costs more than any reader gains; filters are the way there.
NUMBER_MAX = 10_000


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of a list; `number` counts from 1."""

    items: Sequence[Item]
    number: int
    size: int
    count: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.count // self.size))

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number < self.pages


def page_of(items: Any, number: object = 1, size: int = 20) -> Page[Any]:
    """The page with this number of a queryset or sequence; an unreadable or absent number is page 1."""
    size = max(1, min(size, SIZE_MAX))
    count = len(items) if isinstance(items, Sequence) else items.count()
    try:
        wanted = int(str(number))
    except ValueError:
        wanted = 1
    wanted = max(1, min(wanted, NUMBER_MAX, max(1, -(-count // size))))
    return Page(list(items[(wanted - 1) * size : wanted * size]), wanted, size, count)
