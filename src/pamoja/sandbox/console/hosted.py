"""Stripe's own pages, as members meet them: Checkout, 3-D Secure, onboarding, receipts and invoices."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pamoja.sandbox.answers import BadInput, Unknown
from pamoja.sandbox.console.frame import SECURITY, form_of, page
from pamoja.sandbox.stripe import (
    accounts,
    catalogue,
    checkout,
    checkout_page,
    discounts,
    paying,
    payment_methods,
    setup_intents,
)
from pamoja.sandbox.stripe.api import found
from pamoja.sandbox.stripe.bank_accounts import DETAILS
from pamoja.sandbox.stripe.deeds import carry_out
from pamoja.sandbox.stripe.desk import Desk, numbered
from pamoja.sandbox.stripe.errors import StripeError
from pamoja.sandbox.stripe.objects import Object
from pamoja.sandbox.stripe.params import Parameters
from pamoja.sandbox.world import world_of

CARDS = {
    "4242 4242 4242 4242": "is charged",
    "4000 0027 6000 3184": "always asks its holder (3-D Secure)",
    "4000 0025 0000 3155": "asks its holder once",
    "4000 0000 0000 9995": "has too little money",
    "4000 0000 0000 0002": "is declined",
    "4000 0000 0000 0341": "can be kept, and is declined when charged",
    "4000 0000 0000 0259": "is charged, then disputed",
    "4000 0000 0000 5126": "is charged; a refund comes back",
    "4000 0000 0000 0077": "is charged, funds available at once",
}
ACCOUNTS = {
    "00012345": "is debited",
    "22222227": "has too little money",
    "33333335": "refuses the debit",
    "55555559": "is debited, then disputed",
    "00044444": "does not exist",
}
PAYEES = {"00099999": "sends everything back", "00088888": "takes it, and sends it back two days later"}
AUTHENTICATE = {"payment_intent": paying.authenticate, "setup_intent": setup_intents.authenticate}


def _hosted(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """A page of Stripe's: what is posted on it may lead back to the platform."""
    answer = page(request, template, status=status, **values)
    loose = SECURITY["Content-Security-Policy"].replace("form-action 'self'", "form-action 'self' http: https:")
    answer.headers["Content-Security-Policy"] = loose
    return answer


def _the(request: Request, *kinds: str) -> tuple[Desk, Object]:
    """The object that the address names. Raises: Unknown."""
    desk, thing = found(world_of(request), request.path_params["id"])
    if thing["object"] not in kinds:
        raise Unknown("such page")
    return desk, thing


def _go(url: str) -> Response:
    return RedirectResponse(url, status_code=303)


async def show_checkout(request: Request) -> Response:
    """The page of a Checkout session, or what became of it."""
    desk, session = _the(request, "checkout.session")
    return _checkout(request, desk, session, trouble=request.query_params.get("trouble", ""))


def _checkout(request: Request, desk: Desk, session: Object, *, trouble: str = "", form: Any = None) -> Response:
    customer = desk.find("customer", session["customer"]) or {}
    data = session["_data"]["subscription_data"]
    given = form or {}
    return _hosted(
        request,
        "checkout.html",
        status=402 if trouble and form else 200,
        session=session,
        lines=session["_line_items"],
        email=given.get("email") or session["customer_email"] or customer.get("email") or "",
        name=given.get("name") or customer.get("name") or "",
        number=given.get("number", ""),
        kind=given.get("kind") or session["payment_method_types"][0],
        trial_days=data.get("trial_period_days"),
        cards=CARDS,
        accounts=ACCOUNTS,
        trouble=trouble,
    )


async def submit_checkout(request: Request) -> Response:
    """Pays, subscribes, keeps the card, or tries a promotion code."""
    form, (desk, session) = await form_of(request), _the(request, "checkout.session")
    try:
        if form.get("promotion"):
            carry_out(desk.world, lambda: _promote(desk, session, form["promotion"]))
            return _checkout(request, desk, session)
        url = carry_out(desk.world, lambda: _submit(desk, session, form))
    except StripeError as error:
        desk, session = _the(request, "checkout.session")
        return _checkout(request, desk, session, trouble=str(error), form=form)
    return _go(url)


def _promote(desk: Desk, session: Object, code: str) -> None:
    promotion = catalogue.active_promotion(desk, code)
    if promotion is None or not session["allow_promotion_codes"]:
        raise StripeError(400, "This code is invalid.")
    coupon = desk.get("coupon", promotion["promotion"]["coupon"])
    amount = session["amount_subtotal"]
    discount = discounts.redeem(desk, coupon, promotion, customer=session["customer"], amount=amount)
    session["_discounts"] = [discount["id"]]
    checkout.reckon(desk, session)
    desk.save(session)


def _submit(desk: Desk, session: Object, form: dict[str, str]) -> str:
    kind, email, name = form.get("kind", "card"), form.get("email") or None, form.get("name") or None
    given: dict[str, Any] = {"type": kind, "billing_details": {"email": email or "", "name": name or ""}}
    if kind == "card":
        month, _, year = form.get("expiry", "").replace(" ", "").partition("/")
        given["card"] = {
            "number": form.get("number", ""),
            "exp_month": month,
            "exp_year": year,
            "cvc": form.get("cvc", ""),
        }
    else:
        given["billing_details"]["address"] = DETAILS["address"]
        given["bacs_debit"] = {
            "sort_code": form.get("sort_code", "").replace("-", ""),
            "account_number": form.get("account_number", ""),
        }
    method = payment_methods.from_parameters(desk, Parameters(given))
    return checkout_page.submit(desk, session, method, email=email, name=name)


async def done_with_checkout(request: Request) -> Response:
    """Back from the bank: on to the platform, or once more to the page."""
    desk, session = _the(request, "checkout.session")
    intent = desk.find("payment_intent", session["payment_intent"]) or desk.find(
        "setup_intent", session["setup_intent"]
    )
    error = (intent or {}).get("last_payment_error") or (intent or {}).get("last_setup_error") or {}
    if session["status"] == "complete":
        return _go(checkout_page.after(session))
    trouble = error.get("message", "The payment was not completed.")
    return _go(f"/stripe/checkout/{session['id']}?{urlencode({'trouble': trouble})}")


async def show_authentication(request: Request) -> Response:
    """The bank asks its cardholder."""
    desk, intent = _the(request, *AUTHENTICATE)
    method = desk.find("payment_method", intent["payment_method"])
    return _hosted(request, "authenticate.html", intent=intent, card=(method or {}).get("card"))


async def authenticate(request: Request) -> Response:
    """The cardholder answered; back to where the payment began."""
    form, (desk, intent) = await form_of(request), _the(request, *AUTHENTICATE)
    passes = form.get("answer") == "approve"
    try:
        carry_out(desk.world, lambda: AUTHENTICATE[intent["object"]](desk, intent, has_passed=passes))
    except StripeError as error:
        raise BadInput(str(error), status=409) from None
    return_url = intent.get("_return_url")
    if not return_url:
        return _go(str(request.url.path))
    told = {
        intent["object"]: intent["id"],
        f"{intent['object']}_client_secret": intent["client_secret"],
        "redirect_status": "succeeded" if intent["status"] in ("succeeded", "requires_capture") else "failed",
    }
    return _go(f"{return_url}{'&' if '?' in return_url else '?'}{urlencode(told)}")


async def show_onboarding(request: Request) -> Response:
    """A connected account's holder shows who they are. A link that is over leads back to where a new one is made."""
    desk, account = _the(request, "account")
    token = request.query_params.get("link", "")
    if token and not carry_out(desk.world, lambda: accounts.opens(desk, account, token)):
        return _go(str(account["_refresh_url"]))
    own = f"{numbered(account['id']):08d}"[-8:]
    return _hosted(request, "onboarding.html", account=account, banks={own: "takes what comes"} | PAYEES)


async def onboard(request: Request) -> Response:
    form, (desk, account) = await form_of(request), _the(request, "account")
    number = form.get("account_number", "")
    deeds = {
        "done": lambda: accounts.onboard(desk, account, number=number),
        "handed in": lambda: accounts.hand_in(desk, account, number=number),
    }
    if deed := deeds.get(form.get("answer", "")):
        carry_out(desk.world, deed)
    return _go(str(account.get("_return_url") or request.url.path))


async def show_receipt(request: Request) -> Response:
    """What a payer is sent."""
    _, charge = _the(request, "charge")
    return _hosted(request, "receipt.html", charge=charge)


async def show_invoice(request: Request) -> Response:
    """The hosted page of an invoice, also where its PDF would be."""
    _, invoice = _the(request, "invoice")
    return _hosted(request, "invoice.html", invoice=invoice)
