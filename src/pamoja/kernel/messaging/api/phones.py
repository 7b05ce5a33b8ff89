"""The API by which a member shows that their phone is theirs."""

from __future__ import annotations

from ninja import Router, Status

from pamoja.kernel.identity.public import MemberRequest, api_auth
from pamoja.kernel.messaging.actions import proving
from pamoja.kernel.messaging.schemas import PhoneCodeIn

router = Router(auth=api_auth, tags=["me"])


@router.post("/code", response={202: None}, summary="Send a code to my phone")
def send_code(request: MemberRequest) -> Status[None]:
    """By text message, to the number of my profile. Five an hour, one a minute; valid for ten minutes."""
    proving.send_code(by=request.actor)
    return Status(202, None)


@router.post("/verify", response={204: None}, summary="Show that the phone is mine")
def verify(request: MemberRequest, body: PhoneCodeIn) -> Status[None]:
    """With the code that came there. After five wrong ones another must be sent."""
    proving.prove_phone(by=request.actor, code=body.code)
    return Status(204, None)
