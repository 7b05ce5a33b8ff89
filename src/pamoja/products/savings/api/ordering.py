"""Who receives when: the draw, the organiser's order, swaps."""

from __future__ import annotations

from ninja import Router, Status

from pamoja.foundation import ids
from pamoja.kernel.identity.public import MemberRequest
from pamoja.products.savings.actions.ordering import (
    ask_swap,
    consent_swap,
    draw_positions,
    refuse_swap,
    set_positions,
)
from pamoja.products.savings.api.doors import REFUSED, circle_with, shown
from pamoja.products.savings.schemas.asking import OrderIn, SwapIn
from pamoja.products.savings.schemas.documents import CircleDocument
from pamoja.products.savings.schemas.showing import SwapOut

router = Router()
swaps = Router()


@router.post("/{circle_id}/draw", response={200: CircleDocument, **REFUSED}, summary="Hold the draw")
def hold_draw(request: MemberRequest, circle_id: str) -> CircleDocument:
    """Before the start; without it the circle draws as it starts."""
    identifier = circle_with(circle_id)
    draw_positions(by=request.actor, circle_id=identifier)
    return shown(request, identifier)


@router.put("/{circle_id}/order", response={200: CircleDocument, **REFUSED}, summary="Set the order by hand")
def set_order(request: MemberRequest, circle_id: str, body: OrderIn) -> CircleDocument:
    """Where the organiser sets it."""
    identifier = circle_with(circle_id)
    order = [ids.parse("member", each) for each in body.order]
    set_positions(by=request.actor, circle_id=identifier, order=order)
    return shown(request, identifier)


@router.post("/{circle_id}/swaps", response={201: SwapOut, **REFUSED}, summary="Ask to swap places")
def ask(request: MemberRequest, circle_id: str, body: SwapIn) -> Status[SwapOut]:
    """The other has some days to answer."""
    swap = ask_swap(by=request.actor, circle_id=circle_with(circle_id), other_id=ids.parse("member", body.member_id))
    return Status(201, SwapOut.of(swap))


@swaps.post("/swaps/{swap_id}/consent", response={200: SwapOut, **REFUSED}, summary="Agree to swap")
def consent(request: MemberRequest, swap_id: str) -> SwapOut:
    """The places are exchanged at once."""
    return SwapOut.of(consent_swap(by=request.actor, swap_id=ids.parse("swap", swap_id)))


@swaps.post("/swaps/{swap_id}/refuse", response={200: SwapOut, **REFUSED}, summary="Refuse to swap")
def refuse(request: MemberRequest, swap_id: str) -> SwapOut:
    """Also withdraws one's own request."""
    return SwapOut.of(refuse_swap(by=request.actor, swap_id=ids.parse("swap", swap_id)))
