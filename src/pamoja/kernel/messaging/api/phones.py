"""The API by which a member shows that their phone is theirs."""

from __future__ import annotations

from ninja import Router, Status

from pamoja.kernel.identity.public import MemberRequest, api_auth, member_of
from pamoja.kernel.messaging.actions import proving
from pamoja.kernel.messaging.queries.proving import shown_to
from pamoja.kernel.messaging.schemas import PhoneCodeIn, ShownCodeOut

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


@router.post("/whatsapp", response={201: ShownCodeOut}, summary="Show that the phone is mine, by WhatsApp")
def show_code(request: MemberRequest) -> Status[ShownCodeOut]:
    """Send the text from that phone to the number. Ask for the profile again to see that it is verified."""
    proving.show_code(by=request.actor)
    member = member_of(request)
    shown = shown_to(member.pk, str(member.person.phone), member.person.language)
    assert shown is not None
    return Status(201, ShownCodeOut.of(shown))
