"""Circles that many specifications begin with, made once and kept below what each test writes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.products.savings.circles import Group


@dataclass(frozen=True, eq=False)
class Scene:
    """How the circle is made: a builder and what differs."""

    make: Callable[..., Group]
    members: int
    differs: tuple[tuple[str, Any], ...]

    def __call__(self) -> Group:
        return self.make(self.members, **dict(self.differs))


# The same scene is the same object: by that pytest knows that the circle it has is the one that is wanted.
_scene = functools.lru_cache(maxsize=None)(Scene)


def begins_with(make: Callable[..., Group], members: int, **differs: Any) -> pytest.MarkDecorator:
    """The test's `group` is made by `make(members, …)` on a Monday morning, in the test's `community`."""
    found = _scene(make, members, tuple(differs.items()))
    return pytest.mark.parametrize("scene", [pytest.param(found, id=f"{make.__name__}-{members}")], indirect=True)
