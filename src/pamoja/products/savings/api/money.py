"""Paying contributions; each payment carries an Idempotency-Key and needs a recent sign-in."""

from __future__ import annotations

from ninja import Router

from pamoja.foundation import ids
from pamoja.kernel.identity.public import MemberRequest, require_recent_sign_in
from pamoja.products.savings.actions.collecting import pay_by_phone
from pamoja.products.savings.actions.contributing import forgive_arrears, pay_from_wallet
from pamoja.products.savings.api.doors import IDEMPOTENCY_KEY, REFUSED, key_of
from pamoja.products.savings.queries.evidence import contribution_seen_by
from pamoja.products.savings.schemas.asking import Key, PaymentIn
from pamoja.products.savings.schemas.showing import ContributionOut

router = Router()


@router.get("/contributions/{contribution_id}", response={200: ContributionOut, **REFUSED}, summary="A contribution")
def read(request: MemberRequest, contribution_id: str) -> ContributionOut:
    """For those who are in its circle."""
    found = contribution_seen_by(ids.parse("contribution", contribution_id), request.actor)
    return ContributionOut.of(found)


@router.post("/contributions/{contribution_id}/pay", response={200: ContributionOut, **REFUSED}, summary="Pay")
def pay(
    request: MemberRequest, contribution_id: str, body: PaymentIn, idempotency_key: Key = IDEMPOTENCY_KEY
) -> ContributionOut:
    """From the wallet it is paid when this answers; by phone it is asked for, and `collecting` says how that goes."""
    require_recent_sign_in(request)
    identifier, key = ids.parse("contribution", contribution_id), key_of(idempotency_key)
    if body.method == "wallet":
        return ContributionOut.of(pay_from_wallet(by=request.actor, contribution_id=identifier, key=key))
    return ContributionOut.of(pay_by_phone(by=request.actor, contribution_id=identifier, key=key, phone=body.phone))


@router.post(
    "/contributions/{contribution_id}/forgive", response={200: ContributionOut, **REFUSED}, summary="Forgive arrears"
)
def forgive(request: MemberRequest, contribution_id: str) -> ContributionOut:
    """That I am owed, of a round that was paid out short."""
    require_recent_sign_in(request)
    identifier = ids.parse("contribution", contribution_id)
    return ContributionOut.of(forgive_arrears(by=request.actor, contribution_id=identifier))
