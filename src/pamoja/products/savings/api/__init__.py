"""The REST API of savings: everything that a member can do on a page."""

from ninja import Router

from pamoja.kernel.identity.public import api_auth
from pamoja.products.savings.api import board, circles, mine, money, ordering, people, voting

router = Router(auth=api_auth, tags=["savings"])
router.add_router("", mine.router)
router.add_router("/circles", circles.router)
router.add_router("/circles", people.router)
router.add_router("/circles", board.router)
router.add_router("/circles", voting.router)
router.add_router("/circles", ordering.router)
router.add_router("", people.by_code)
router.add_router("", ordering.swaps)
router.add_router("", money.router)

__all__ = ["router"]
