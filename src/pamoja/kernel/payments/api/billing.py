"""The API about one's own plans and invoices."""

from __future__ import annotations

from collections.abc import Callable

from ninja import Router, Status

from pamoja.foundation import ids
from pamoja.foundation.actions import IdempotencyKey
from pamoja.foundation.paging import page_of
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import MemberRequest, api_auth
from pamoja.kernel.payments.actions import answering, dunning, standing, subscribing
from pamoja.kernel.payments.api import Key
from pamoja.kernel.payments.models import Subscription
from pamoja.kernel.payments.queries import billing as found
from pamoja.kernel.payments.schemas.billing import (
    CancelIn,
    ChangeIn,
    InvoiceOut,
    InvoicePage,
    PayIn,
    PriceOut,
    QuestionIn,
    QuestionOut,
    SubscribeIn,
    SubscriptionOut,
)

router = Router(auth=api_auth, tags=["billing"])


@router.get("/prices", response=list[PriceOut], summary="What I may subscribe to")
def list_prices(request: MemberRequest, product: str | None = None) -> list[PriceOut]:
    """In the community's currency, in the order of the plans."""
    return [PriceOut.of(each) for each in found.offered_prices(product, current_community().currency)]


@router.get("/subscriptions", response=list[SubscriptionOut], summary="My subscriptions")
def list_subscriptions(request: MemberRequest) -> list[SubscriptionOut]:
    """Running ones first."""
    return [SubscriptionOut.of(each) for each in found.subscriptions_of(request.member.pk)[:100]]


@router.post("/subscriptions", response={201: SubscriptionOut}, summary="Subscribe")
def subscribe(request: MemberRequest, body: SubscribeIn, key: Key = None) -> Status[SubscriptionOut]:
    """Begins with a trial where the plan has one, else with an invoice that is asked for at once."""
    made = subscribing.subscribe(
        by=request.actor,
        member_id=request.member.pk,
        price_id=ids.parse("price", body.price),
        key=IdempotencyKey(key or ids.new_id().hex),
        quantity=body.quantity,
        code=body.code,
        is_from_wallet=body.from_wallet,
    )
    return Status(201, SubscriptionOut.of(made))


@router.post("/subscriptions/{subscription_id}/change", response=SubscriptionOut, summary="Change my plan")
def change(request: MemberRequest, subscription_id: str, body: ChangeIn) -> SubscriptionOut:
    """Now, with the rest of the period made up for, or from the next period."""
    made = subscribing.change_subscription(
        by=request.actor,
        member_id=request.member.pk,
        subscription_id=ids.parse("subscription", subscription_id),
        price_id=ids.parse("price", body.price),
        quantity=body.quantity,
        from_next_period=body.when == "next_period",
    )
    return SubscriptionOut.of(made)


@router.post("/subscriptions/{subscription_id}/cancel", response=SubscriptionOut, summary="Cancel my plan")
def cancel(request: MemberRequest, subscription_id: str, body: CancelIn) -> SubscriptionOut:
    """With its period, or now. What was paid is not given back by this."""
    made = standing.cancel_subscription(
        by=request.actor,
        member_id=request.member.pk,
        subscription_id=ids.parse("subscription", subscription_id),
        is_now=body.when == "now",
    )
    return SubscriptionOut.of(made)


@router.post("/subscriptions/{subscription_id}/keep", response=SubscriptionOut, summary="Take a cancellation back")
def keep(request: MemberRequest, subscription_id: str) -> SubscriptionOut:
    """While the period still runs."""
    return _deed(standing.keep_subscription, request, subscription_id)


@router.post("/subscriptions/{subscription_id}/pause", response=SubscriptionOut, summary="Pause my plan")
def pause(request: MemberRequest, subscription_id: str) -> SubscriptionOut:
    """What is left of the period is kept."""
    return _deed(standing.pause_subscription, request, subscription_id)


@router.post("/subscriptions/{subscription_id}/resume", response=SubscriptionOut, summary="Let my plan go on")
def resume(request: MemberRequest, subscription_id: str) -> SubscriptionOut:
    """With what was left, or a new period."""
    return _deed(standing.resume_subscription, request, subscription_id)


@router.get("/invoices", response=InvoicePage, summary="My invoices")
def list_invoices(request: MemberRequest, page: int = 1) -> InvoicePage:
    """Newest first."""
    shown = page_of(found.invoices_of(request.member.pk), page)
    items = [InvoiceOut.of(each) for each in shown.items]
    return InvoicePage(items=items, page=shown.number, pages=shown.pages, count=shown.count)


@router.get("/invoices/{invoice_id}", response=InvoiceOut, summary="One of my invoices")
def show_invoice(request: MemberRequest, invoice_id: str) -> InvoiceOut:
    """With its lines."""
    return InvoiceOut.of(found.own_invoice(request.member.pk, invoice_id), with_lines=True)


@router.post("/invoices/{invoice_id}/pay", response={202: InvoiceOut}, summary="Pay an open invoice now")
def pay(request: MemberRequest, invoice_id: str, body: PayIn) -> Status[InvoiceOut]:
    """From the wallet it is paid at once; else the member is asked, and the invoice follows the payment."""
    invoice = found.own_invoice(request.member.pk, invoice_id)
    paid = dunning.pay_invoice(
        by=request.actor, invoice_id=invoice.pk, member_id=request.member.pk, is_from_wallet=body.from_wallet
    )
    return Status(202, InvoiceOut.of(paid))


@router.get("/questions", response=list[QuestionOut], summary="My questions about billing")
def list_questions(request: MemberRequest) -> list[QuestionOut]:
    """The last changed first."""
    return [QuestionOut.of(each) for each in found.questions_of(request.member.pk)[:100]]


@router.post("/questions", response={201: QuestionOut}, summary="Ask about billing")
def ask(request: MemberRequest, body: QuestionIn) -> Status[QuestionOut]:
    """The community answers; its state says whose turn it is."""
    invoice_id = found.own_invoice(request.member.pk, body.invoice).pk if body.invoice else None
    made = answering.ask_question(
        by=request.actor, member_id=request.member.pk, subject=body.subject, text=body.text, invoice_id=invoice_id
    )
    return Status(201, QuestionOut.of(made))


def _deed(deed: Callable[..., Subscription], request: MemberRequest, subscription_id: str) -> SubscriptionOut:
    made = deed(
        by=request.actor, member_id=request.member.pk, subscription_id=ids.parse("subscription", subscription_id)
    )
    return SubscriptionOut.of(made)
