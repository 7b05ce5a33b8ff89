"""What a quantity costs by a price: flat, each, per so many, in graduated or in volume tiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from pamoja.kernel.payments.rules.exact import part_of


class Scheme(StrEnum):
    """How a price makes an amount of a quantity."""

    FLAT = "flat"  # the same whatever the quantity
    EACH = "each"  # so much for every so many units
    GRADUATED = "graduated"  # each unit costs what the tier it falls into says
    VOLUME = "volume"  # all units cost what the tier of the whole quantity says


@dataclass(frozen=True)
class Tier:
    """From the unit after the tier before up to `up_to`, or all the rest. `flat_minor` is for entering it."""

    up_to: int | None
    unit_minor: int
    flat_minor: int = 0


@dataclass(frozen=True)
class Tariff:
    """A price as arithmetic sees it. `per_units`: for how many units `unit_minor` is, such as 1,000 tokens."""

    scheme: Scheme
    unit_minor: int = 0
    per_units: int = 1
    tiers: tuple[Tier, ...] = ()


def amount_minor(tariff: Tariff, quantity: int) -> int:
    """What the quantity costs. A fraction of a minor unit (only per several units) is rounded, halves up."""
    if quantity < 0:
        raise ValueError("a quantity is not negative")
    if tariff.scheme == Scheme.FLAT:
        return tariff.unit_minor
    if quantity == 0:
        return 0
    if tariff.scheme == Scheme.EACH:
        return part_of(tariff.unit_minor, quantity, tariff.per_units)
    if tariff.scheme == Scheme.VOLUME:
        tier = next(each for each in tariff.tiers if each.up_to is None or quantity <= each.up_to)
        return tier.flat_minor + quantity * tier.unit_minor
    return _graduated(tariff.tiers, quantity)


def are_sound(tiers: Sequence[Tier]) -> bool:
    """Whether every quantity has its tier: limits rise, and only the last one is open."""
    limits = [each.up_to for each in tiers]
    if not limits or limits[-1] is not None or None in limits[:-1]:
        return False
    closed = [limit for limit in limits if limit is not None]
    return all(limit > 0 for limit in closed) and all(a < b for a, b in pairwise(closed))


def _graduated(tiers: Sequence[Tier], quantity: int) -> int:
    total = below = 0
    for tier in tiers:
        units = quantity - below if tier.up_to is None else min(quantity, tier.up_to) - below
        if units <= 0:
            break
        total += tier.flat_minor + units * tier.unit_minor
        below += units
    return total
