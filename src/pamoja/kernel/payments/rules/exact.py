"""Fractions of an amount in whole minor units: how they are rounded, and how parts add up to the whole."""

from __future__ import annotations

from collections.abc import Sequence


def part_of(amount_minor: int, part: int, whole: int) -> int:
    """`amount * part / whole`, rounded to the nearest minor unit, halves away from zero; exact, without floats."""
    if whole <= 0:
        raise ValueError("a part is of something")
    top = abs(amount_minor) * part
    rounded = (2 * top + whole) // (2 * whole)
    return rounded if amount_minor >= 0 else -rounded


def spread(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Shares in proportion to the weights that add up exactly; what rounding leaves goes to the largest remainders.

    Weights of nothing at all count as equal.
    """
    if not weights:
        return []
    if sum(weights) == 0:
        weights = [1] * len(weights)
    whole, sign = sum(weights), 1 if amount_minor >= 0 else -1
    tops = [abs(amount_minor) * weight for weight in weights]
    shares = [top // whole for top in tops]
    left = abs(amount_minor) - sum(shares)
    by_remainder = sorted(range(len(weights)), key=lambda place: (-(tops[place] % whole), place))
    for place in by_remainder[:left]:
        shares[place] += 1
    return [sign * share for share in shares]


def percent_text(rate_bp: int) -> str:
    """A share in hundredths of a per cent as people write it: `16 %`, `7.5 %`."""
    whole, part = divmod(rate_bp, 100)
    return f"{whole}.{part:02d}".rstrip("0") + " %" if part else f"{whole} %"
