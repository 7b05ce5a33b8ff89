"""What concerns the asking member in all circles."""

from __future__ import annotations

from ninja import Query, Router

from pamoja.foundation.paging import page_of
from pamoja.kernel.communities.public import require_product
from pamoja.kernel.identity.public import MemberRequest
from pamoja.products.savings.api.doors import REFUSED
from pamoja.products.savings.queries.lists import circles_of, dues_of, payouts_of, receipts_to_come
from pamoja.products.savings.schemas.asking import ShortText
from pamoja.products.savings.schemas.showing import DueOut, MyCircleOut, PayoutOut, ReceiptOut

router = Router()


@router.get("/mine", response={200: list[MyCircleOut], **REFUSED}, summary="My circles")
def my_circles(request: MemberRequest, q: ShortText = "", status: ShortText = "") -> list[MyCircleOut]:
    """Those I am in or asked to join; by name or status if asked."""
    require_product("savings")
    return [MyCircleOut.of(line) for line in circles_of(request.member.pk, text=q, status=status)]


@router.get("/dues", response={200: list[DueOut], **REFUSED}, summary="What I owe")
def my_dues(request: MemberRequest) -> list[DueOut]:
    """In all circles, the earliest first."""
    require_product("savings")
    return [DueOut.of(line) for line in dues_of(request.member.pk)]


@router.get("/receipts", response={200: list[ReceiptOut], **REFUSED}, summary="What will come to me")
def my_receipts(request: MemberRequest) -> list[ReceiptOut]:
    """The rounds in which I receive, the soonest first."""
    require_product("savings")
    return [ReceiptOut.of(line) for line in receipts_to_come(request.member.pk)]


@router.get("/payouts", response={200: list[PayoutOut], **REFUSED}, summary="What I received")
def my_payouts(request: MemberRequest, page: int = Query(1, ge=1, le=10_000)) -> list[PayoutOut]:
    """Newest first, twenty a page."""
    require_product("savings")
    return [PayoutOut.of(each) for each in page_of(payouts_of(request.member.pk), page).items]
