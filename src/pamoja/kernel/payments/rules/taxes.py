"""What an invoice's taxes are: contained in the prices or added to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pamoja.kernel.payments.rules.discounts import WHOLE_BP
from pamoja.kernel.payments.rules.exact import part_of, spread


@dataclass(frozen=True)
class Rate:
    """A tax in hundredths of a per cent: 1600 is 16 %."""

    rate_bp: int
    is_inclusive: bool


@dataclass(frozen=True)
class Taxed:
    """`taxes_minor` in the order of the rates; `total_minor` is to be paid, `net_minor` of it is not tax."""

    taxes_minor: tuple[int, ...]
    net_minor: int
    total_minor: int


def taxed(base_minor: int, rates: Sequence[Rate]) -> Taxed:
    """Taxes on the sum of the lines after discounts, rounded once for the invoice, halves up.

    What inclusive rates contain comes out of the base together; exclusive rates are each put on what is left.
    """
    inclusive_bp = sum(each.rate_bp for each in rates if each.is_inclusive)
    contained = part_of(base_minor, inclusive_bp, WHOLE_BP + inclusive_bp) if inclusive_bp else 0
    net = base_minor - contained
    shares = iter(spread(contained, [each.rate_bp for each in rates if each.is_inclusive]))
    taxes = tuple(next(shares) if each.is_inclusive else part_of(net, each.rate_bp, WHOLE_BP) for each in rates)
    return Taxed(taxes, net, net + sum(taxes))
