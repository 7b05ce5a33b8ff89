"""The tables of savings."""

from pamoja.products.savings.models.circles import Circle, CircleMember, Invitation
from pamoja.products.savings.models.order import Draw, PositionSwap
from pamoja.products.savings.models.rounds import Contribution, Round, RoundPayout

__all__ = [
    "Circle",
    "CircleMember",
    "Contribution",
    "Draw",
    "Invitation",
    "PositionSwap",
    "Round",
    "RoundPayout",
]
