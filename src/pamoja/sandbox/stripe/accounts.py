"""Connect: accounts of members and coaches who are paid, their onboarding, and payouts to their banks."""

import hashlib
from datetime import timedelta
from typing import Any

from pamoja.sandbox.stripe import balance, charging
from pamoja.sandbox.stripe.call import Call, as_list
from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.dues import happens
from pamoja.sandbox.stripe.errors import unfit
from pamoja.sandbox.stripe.objects import Object, changes, shown
from pamoja.sandbox.stripe.params import Parameters, names
from pamoja.sandbox.stripe.transfers import refuse_beyond_balance
from pamoja.sandbox.world import World

FIELDS = names(
    "type controller country email capabilities business_type external_account tos_acceptance individual company "
    "business_profile metadata default_currency settings account_token"
)
PAYOUT = names("amount currency method statement_descriptor description metadata destination source_type")
DUE = ["business_profile.url", "external_account", "individual.verification.document", "tos_acceptance.date"]
LINK_S = 300
LEAVES_AFTER, ARRIVES_AFTER, FAILS_AFTER = timedelta(hours=1), timedelta(days=2), timedelta(days=4)
FAILING = {"000111111116": "no_account", "000111111113": "account_closed", "00099999": "no_account"}
LATE_FAILING = {"000444444440": "debit_not_authorized", "00088888": "account_frozen"}


def create(call: Call) -> Object:
    """`POST /v1/accounts`."""
    params = call.params
    params.only(FIELDS)
    kind = params.choice("type", ("express", "custom", "standard"), None if "controller" in params else "standard")
    account = call.add(
        "account",
        business_profile={"name": None, "url": None} | (params.mapping("business_profile") or {}),
        business_type=params.text("business_type"),
        capabilities={},
        charges_enabled=False,
        controller=params.mapping("controller") or {"type": "application"},
        country=params.text("country") or "GB",
        default_currency=params.text("default_currency") or "gbp",
        details_submitted=False,
        email=params.text("email"),
        external_accounts=as_list("", []),
        future_requirements={"currently_due": [], "eventually_due": [], "past_due": [], "disabled_reason": None},
        metadata=params.metadata(),
        payouts_enabled=False,
        requirements=_requirements(list(DUE)),
        settings={"payouts": {"schedule": {"interval": _interval(params)}}},
        tos_acceptance={"date": None, "ip": None, "user_agent": None},
        type=kind or "none",
    )
    account["external_accounts"]["url"] = f"/v1/accounts/{account['id']}/external_accounts"
    _take(call, account, params)
    return call.save(account)


def _interval(params: Parameters) -> str:
    schedule = params.child("settings").child("payouts").child("schedule")
    return schedule.choice("interval", ("manual", "daily", "weekly", "monthly"), "daily") or "daily"


def _requirements(due: list[str], *, checked: list[str] | None = None) -> Object:
    """`checked`: what was handed in, and is being looked at."""
    reason = "requirements.past_due" if due else "requirements.pending_verification" if checked else None
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": due,
        "disabled_reason": reason,
        "errors": [],
        "eventually_due": due,
        "past_due": due,
        "pending_verification": checked or [],
    }


def _take(call: Call, account: Object, params: Parameters) -> None:
    """Details that were given, and what follows from them."""
    for name, wish in params.child("capabilities").given.items():
        if isinstance(wish, dict) and wish.get("requested") == "true":
            account["capabilities"].setdefault(name, "inactive")
    if "external_account" in params:
        _add_bank(call, account, params)
    if params.child("tos_acceptance").given:
        account["tos_acceptance"] |= params.mapping("tos_acceptance") or {}
        if account["type"] == "custom":
            onboard(call, account, is_told=False)


def _add_bank(call: Call, account: Object, params: Parameters) -> Object:
    given = params.child("external_account") if isinstance(params.given.get("external_account"), dict) else None
    number = (given.needed("account_number") if given else None) or "00012345"
    return keep_bank(
        call,
        account,
        number,
        account_holder_name=given.text("account_holder_name") if given else None,
        country=(given.text("country") if given else None) or account["country"],
        currency=(given.text("currency") if given else None) or account["default_currency"],
        routing_number=(given.text("routing_number") if given else None) or "108800",
    )


def keep_bank(desk: Desk, account: Object, number: str, **more: Any) -> Object:
    """A bank account of its holder's; the newest is the one that payouts go to."""
    usual: Object = {
        "account_holder_name": None,
        "country": account["country"],
        "currency": account["default_currency"],
        "routing_number": "108800",
    }
    told = usual | more
    marked = f"pamoja-sandbox:bank:{told['routing_number']}:{number}"
    bank = desk.for_account(account["id"]).add(
        "bank_account",
        account=account["id"],
        bank_name="STRIPE TEST BANK",
        default_for_currency=True,
        fingerprint=hashlib.sha256(marked.encode()).hexdigest()[:16],
        last4=number[-4:],
        metadata={},
        status="new",
        _number=number,
        **told,
    )
    before = [each | {"default_for_currency": False} for each in account["external_accounts"]["data"]]
    account["external_accounts"]["data"] = [shown(bank), *before]
    return bank


def onboard(desk: Desk, account: Object, *, number: str = "", is_told: bool = True) -> None:
    """Its holder proved who they are, with `number` as their bank account: it can be paid."""
    before = _told_of(account)
    if number:
        keep_bank(desk, account, number)
    account |= {"details_submitted": True, "payouts_enabled": True, "charges_enabled": True}
    account["requirements"] = _requirements([])
    account["capabilities"] = dict.fromkeys({"transfers": "", **account["capabilities"]}, "active")
    desk.save(account)
    if is_told:
        _tell_changed(desk, account, before)


def hand_in(desk: Desk, account: Object, *, number: str = "") -> None:
    """Its holder told all there is to tell, and it is looked at before anything is paid."""
    before = _told_of(account)
    if number:
        keep_bank(desk, account, number)
    account |= {"details_submitted": True, "payouts_enabled": False}
    account["requirements"] = _requirements([], checked=["individual.verification.document"])
    account["capabilities"] = dict.fromkeys({"transfers": "", **account["capabilities"]}, "pending")
    desk.save(account)
    _tell_changed(desk, account, before)


def restrict(desk: Desk, account: Object) -> None:
    """More has to be shown before it is paid again."""
    before = _told_of(account)
    account |= {"payouts_enabled": False, "requirements": _requirements(["individual.verification.document"])}
    account["capabilities"] = dict.fromkeys(account["capabilities"], "inactive")
    desk.save(account)
    _tell_changed(desk, account, before)


def _told_of(account: Object) -> Object:
    return {name: account[name] for name in ("details_submitted", "payouts_enabled", "charges_enabled", "requirements")}


def _tell_changed(desk: Desk, account: Object, before: Object) -> None:
    desk.for_account(account["id"]).tell("account.updated", account, previous=changes(before, account))


def update(call: Call) -> Object:
    params, account = call.params, call.living("account", call.path["id"])
    params.only(FIELDS)
    account["email"] = params.text("email", account["email"])
    account["metadata"] = params.metadata(account["metadata"])
    account["business_type"] = params.text("business_type", account["business_type"])
    _take(call, account, params)
    call.save(account)
    call.for_account(account["id"]).tell("account.updated", account)
    return account


def delete(call: Call) -> Object:
    return call.remove(call.living("account", call.path["id"]))


def link(call: Call) -> Object:
    """`POST /v1/account_links`: a page of ours on which its holder shows who they are; it opens once, for a while."""
    params = call.params
    params.only(("account", "type", "refresh_url", "return_url", "collect", "collection_options"))
    account = call.get("account", params.needed("account"), param="account")
    account["_return_url"] = params.needed("return_url")
    account["_refresh_url"] = params.needed("refresh_url")
    token, ends_at = call.new_id("link"), call.now_s + LINK_S
    account["_links"] = {**account.get("_links", {}), token: ends_at}
    call.save(account)
    return {
        "object": "account_link",
        "created": call.now_s,
        "expires_at": ends_at,
        "url": f"{charging.origin(call)}/onboarding/{account['id']}?link={token}",
    }


def opens(desk: Desk, account: Object, token: str) -> bool:
    """Whether a link still opens the page. It does so once."""
    ends_at = account.get("_links", {}).pop(token, 0)
    desk.save(account)
    return bool(desk.now_s < ends_at)


def login_link(call: Call) -> Object:
    account = call.get("account", call.path["id"])
    return {"object": "login_link", "created": call.now_s, "url": f"{charging.origin(call)}/onboarding/{account['id']}"}


def add_bank(call: Call) -> Object:
    """`POST /v1/accounts/{id}/external_accounts`."""
    call.params.only(("external_account", "metadata", "default_for_currency"))
    account = call.living("account", call.path["id"])
    bank = _add_bank(call, account, call.params)
    call.save(account)
    return bank


def pay_out(call: Call) -> Object:
    """`POST /v1/payouts`, on the connected account or from the platform's own balance."""
    params = call.params
    params.only(PAYOUT)
    amount, currency = params.needed_whole("amount", least=1), params.needed("currency").lower()
    number = _bank_number(call)
    refuse_beyond_balance(call, amount, currency)
    payout = call.add(
        "payout",
        amount=amount,
        arrival_date=int((call.at + ARRIVES_AFTER).timestamp()),
        automatic=False,
        balance_transaction=None,
        currency=currency,
        description=params.text("description"),
        destination=params.text("destination"),
        failure_balance_transaction=None,
        failure_code=None,
        failure_message=None,
        metadata=params.metadata(),
        method=params.choice("method", ("standard", "instant"), "standard"),
        reconciliation_status="not_applicable",
        source_type="card",
        statement_descriptor=params.text("statement_descriptor"),
        status="pending",
        type="bank_account",
        _number=number,
    )
    payout["balance_transaction"] = balance.book(call, "payout", -amount, currency, payout["id"])["id"]
    call.save(payout)
    call.tell("payout.created", payout)
    call.later("stripe.payout_moves", LEAVES_AFTER, payout=payout["id"], to="in_transit")
    return payout


def _bank_number(call: Call) -> str:
    if not call.account:
        return "00012345"
    account = Desk(call.world, call.at).get("account", call.account)
    if not account["payouts_enabled"]:
        raise unfit("Your account cannot currently make payouts.", code="payouts_not_allowed")
    banks = call.all("bank_account", account=call.account)
    if not banks:
        raise unfit("Sorry, you don't have any external accounts in that currency.", code="no_account")
    return str(banks[-1]["_number"])


def cancel_payout(call: Call) -> Object:
    """`POST /v1/payouts/{id}/cancel`, while it is pending."""
    call.params.only(())
    payout = call.get("payout", call.path["id"])
    if payout["status"] != "pending":
        raise unfit("Payouts can only be canceled while they are pending.")
    _bring_back(call, payout, "canceled")
    call.tell("payout.canceled", payout)
    return payout


def _bring_back(desk: Desk, payout: Object, status: str) -> None:
    kind = "payout_cancel" if status == "canceled" else "payout_failure"
    line = balance.book(desk, kind, payout["amount"], payout["currency"], payout["id"])
    payout |= {"status": status, "failure_balance_transaction": line["id"]}
    desk.save(payout)


def move(desk: Desk, payout: Object, to: str) -> None:
    """A payout goes one step further; some fail, some only after they were called paid."""
    if payout["status"] in ("canceled", "failed"):
        return
    code = FAILING.get(payout["_number"]) if to == "paid" else LATE_FAILING.get(payout["_number"], "no_account")
    if to == "failed" or (to == "paid" and code):
        fail(desk, payout, code or "no_account")
        return
    payout["status"] = to
    desk.save(payout)
    desk.tell("payout.paid" if to == "paid" else "payout.updated", payout)
    if to == "in_transit":
        desk.later("stripe.payout_moves", ARRIVES_AFTER - LEAVES_AFTER, payout=payout["id"], to="paid")
    elif payout["_number"] in LATE_FAILING:
        desk.later("stripe.payout_moves", FAILS_AFTER - ARRIVES_AFTER, payout=payout["id"], to="failed")


def fail(desk: Desk, payout: Object, code: str) -> None:
    """The bank sent it back."""
    payout |= {"failure_code": code, "failure_message": "The bank could not take this payout."}
    _bring_back(desk, payout, "failed")
    desk.tell("payout.failed", payout)


def list_payouts(call: Call) -> Object:
    return call.listed("payout", "status", "destination")


def own(call: Call) -> Object:
    """`GET /v1/account`: the platform itself, or the account acted on."""
    call.params.only(())
    if call.account:
        return Desk(call.world, call.at).get("account", call.account)
    return {
        "id": "acct_platform",
        "object": "account",
        "country": "GB",
        "default_currency": "gbp",
        "charges_enabled": True,
        "payouts_enabled": True,
        "details_submitted": True,
        "email": None,
        "type": "standard",
        "metadata": {},
    }


def join(world: World) -> None:
    """Lets payouts arrive, or not."""

    def moves(desk: Desk, payload: dict[str, Any]) -> None:
        move(desk, desk.get("payout", payload["payout"]), payload["to"])

    happens(world, "stripe.payout_moves", moves)
