"""The API about one's own ways to pay."""

from __future__ import annotations

from ninja import Router, Status

from pamoja.foundation import ids
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import MemberRequest, api_auth, require_recent_sign_in
from pamoja.kernel.payments.actions import methods as deeds
from pamoja.kernel.payments.models import Method
from pamoja.kernel.payments.providers.visiting import asked_about, begin_payee_visit, begin_visit
from pamoja.kernel.payments.queries.methods import methods_of, own_method
from pamoja.kernel.payments.queries.payees import payee_of
from pamoja.kernel.payments.rules.banking import read_account
from pamoja.kernel.payments.rules.methods import MethodKind
from pamoja.kernel.payments.schemas.methods import BankIn, BeginIn, BegunOut, MethodOut, NameIn, OrderIn, PhoneIn

router = Router(auth=api_auth, tags=["ways to pay"])


@router.get("", response=list[MethodOut], summary="My ways to pay")
def list_methods(request: MemberRequest) -> list[MethodOut]:
    """The first is tried first."""
    return [_told(each) for each in methods_of(request.member.pk)]


@router.post("", response={201: BegunOut}, summary="Begin to save a card or a Direct Debit")
def begin(request: MemberRequest, body: BeginIn) -> Status[BegunOut]:
    """On the provider's own page: no number of a card comes near us. Needs a recent sign-in."""
    require_recent_sign_in(request)
    visit = begin_visit(by=request.actor, kind=MethodKind(body.kind))
    return Status(201, BegunOut(id=ids.public("method", visit.method_id), url=visit.url))


@router.post("/stripe", response={201: BegunOut}, summary="Be paid to my bank by Stripe")
def begin_payee(request: MemberRequest) -> Status[BegunOut]:
    """On Stripe's own page I say who I am and where my bank is. Asked for again, it gives a fresh address: each opens
    once, for some minutes. Needs a recent sign-in.
    """
    require_recent_sign_in(request)
    visit = begin_payee_visit(by=request.actor)
    return Status(201, BegunOut(id=ids.public("method", visit.method_id), url=visit.url))


@router.post("/phone", response={201: MethodOut}, summary="Save a phone with M-PESA")
def add_phone(request: MemberRequest, body: PhoneIn) -> Status[MethodOut]:
    """The first payment that it approves proves it. Needs a recent sign-in."""
    require_recent_sign_in(request)
    return Status(201, _told(deeds.add_phone(by=request.actor, phone=body.phone)))


@router.post("/bank", response={201: MethodOut}, summary="Save a bank account")
def add_bank(request: MemberRequest, body: BankIn) -> Status[MethodOut]:
    """A transfer from it with the member's reference proves it. Needs a recent sign-in."""
    require_recent_sign_in(request)
    account = read_account(**body.dict(), country=current_community().country)
    return Status(201, _told(deeds.add_bank_account(by=request.actor, account=account)))


@router.put("/order", response=list[MethodOut], summary="Put my ways to pay in order")
def order(request: MemberRequest, body: OrderIn) -> list[MethodOut]:
    """Needs a recent sign-in."""
    require_recent_sign_in(request)
    wanted = [ids.parse("method", each) for each in body.methods]
    deeds.order_methods(by=request.actor, method_ids=wanted)
    return [_told(each) for each in methods_of(request.member.pk)]


@router.get("/{method_id}", response=MethodOut, summary="One of my ways to pay")
def show_method(request: MemberRequest, method_id: str) -> MethodOut:
    """One that is being saved is asked about at the provider first."""
    return _told(asked_about(own_method(request.member.pk, method_id)))


@router.patch("/{method_id}", response=MethodOut, summary="Name it")
def rename(request: MemberRequest, method_id: str, body: NameIn) -> MethodOut:
    """Needs a recent sign-in."""
    require_recent_sign_in(request)
    found = own_method(request.member.pk, method_id)
    return _told(deeds.rename_method(by=request.actor, method_id=found.pk, name=body.name))


@router.post("/{method_id}/first", response=MethodOut, summary="Try it first from now on")
def put_first(request: MemberRequest, method_id: str) -> MethodOut:
    """Needs a recent sign-in."""
    require_recent_sign_in(request)
    found = own_method(request.member.pk, method_id)
    return _told(deeds.put_method_first(by=request.actor, method_id=found.pk))


@router.delete("/{method_id}", response={204: None}, summary="Remove it")
def remove(request: MemberRequest, method_id: str) -> Status[None]:
    """What was asked for already goes its way. Needs a recent sign-in."""
    require_recent_sign_in(request)
    deeds.remove_method(by=request.actor, method_id=own_method(request.member.pk, method_id).pk)
    return Status(204, None)


def _told(method: Method) -> MethodOut:
    return MethodOut.of(method, payee_of(method.member_id) if method.kind == MethodKind.PAYEE else None)
