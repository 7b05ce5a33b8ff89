"""The tables of savings."""

from pamoja.products.savings.models.board import BoardFile, BoardMark, BoardPost
from pamoja.products.savings.models.circles import Circle, CircleMember, Invitation
from pamoja.products.savings.models.order import Draw, PositionSwap
from pamoja.products.savings.models.rounds import Contribution, Round, RoundPayout
from pamoja.products.savings.models.voting import Ballot, Proposal, VotingRule

__all__ = [
    "Ballot",
    "BoardFile",
    "BoardMark",
    "BoardPost",
    "Circle",
    "CircleMember",
    "Contribution",
    "Draw",
    "Invitation",
    "PositionSwap",
    "Proposal",
    "Round",
    "RoundPayout",
    "VotingRule",
]
