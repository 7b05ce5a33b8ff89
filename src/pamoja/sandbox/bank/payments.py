"""What a business may ask of its bank by program: its transactions, and payments, each made once for its key."""

import hashlib
import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pamoja.sandbox.answers import BadInput, Unknown, json_object, whole
from pamoja.sandbox.bank import accounts, statement
from pamoja.sandbox.clock import iso
from pamoja.sandbox.faults import ANSWER
from pamoja.sandbox.request_log import HungUp
from pamoja.sandbox.store import Row
from pamoja.sandbox.trouble import trouble
from pamoja.sandbox.world import World, world_of

TOKEN = "sandbox-bank-token"  # noqa: S105 - known to everybody
PREFIX = "BP"
REFUSED_ENDINGS = {"0404": "account_unknown", "0405": "account_closed"}


def join(world: World) -> None:
    """Lets payments that were taken be carried out when they are due."""
    world.agenda.on("bank.execute", lambda at, payload: _execute(world, payload["payment"], at))


async def transactions(request: Request) -> Response:
    """`GET /bank/v1/transactions?account=&since=&limit=`: the statement, for who has the key."""
    return _unknown_caller(request) or await statement.show(request)


async def create(request: Request) -> Response:
    """`POST /bank/v1/payments` with `Idempotency-Key`: taken once; the same key with another body is refused."""
    request.scope["sandbox.scope"] = "bank"
    if refusal := _unknown_caller(request):
        return refusal
    world, wish, key = world_of(request), await json_object(request), request.headers.get("Idempotency-Key", "")
    if not 8 <= len(key) <= 64:
        raise BadInput("An Idempotency-Key has 8 to 64 characters.", field="Idempotency-Key")
    order = _order(world, wish)
    subject = order["creditor_account"]
    if refusal := await trouble(request, scope="bank", subject=subject):
        return refusal
    mark = hashlib.sha256(json.dumps(order, sort_keys=True).encode()).hexdigest()
    before = world.store.one("SELECT * FROM bank_payment WHERE key = ?", key)
    if before is not None:
        if before["fingerprint"] != mark:
            raise BadInput("This key was used for another payment.", field="Idempotency-Key", status=409)
        return JSONResponse(shown(before))
    with world.store.transaction():
        now = world.clock.now()
        number = world.store.insert(
            "bank_payment", key=key, fingerprint=mark, status="accepted", created_at=now.timestamp(), **order
        )
        world.agenda.add("bank.execute", now + timedelta(seconds=world.preferences.bank_payment_s), payment=number)
    struck = world.faults.strike(ANSWER, scope="bank", subject=subject)
    request.scope["sandbox.notes"].extend(f"fault: {kind}" for kind in struck)
    if struck:
        raise HungUp
    return JSONResponse(shown(_payment(world, number)), status_code=201)


async def retrieve(request: Request) -> Response:
    """`GET /bank/v1/payments/{id}`."""
    return await _asked(request, "id", request.path_params["id"].removeprefix(PREFIX))


async def find(request: Request) -> Response:
    """`GET /bank/v1/payments?key=`: the payment that was made with this key, or none."""
    return await _asked(request, "key", request.query_params.get("key", ""))


async def _asked(request: Request, column: str, value: str) -> Response:
    request.scope["sandbox.scope"] = "bank"
    if refusal := _unknown_caller(request) or await trouble(request, scope="bank", subject=value):
        return refusal
    sql = f"SELECT * FROM bank_payment WHERE {column} = ?"  # noqa: S608 - one of two constants
    row = world_of(request).store.one(sql, value)
    if column == "key":
        return JSONResponse({"payments": [shown(row)] if row else []})
    if row is None:
        raise Unknown("such payment")
    return JSONResponse(shown(row))


def _unknown_caller(request: Request) -> Response | None:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if secrets.compare_digest(given.encode(), TOKEN.encode()):
        return None
    return JSONResponse({"error": {"message": "Say who you are."}}, status_code=401)


def _order(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    creditor = wish.get("creditor")
    if not isinstance(creditor, dict) or not str(creditor.get("account", "")).strip():
        raise BadInput("Say whom to pay.", field="creditor")
    account = accounts.account(world, str(wish.get("account", "")))
    if wish.get("currency") != account["currency"]:
        raise BadInput(f"The account is in {account['currency']}.", field="currency")
    return {
        "account": account["number"],
        "amount_minor": whole(wish.get("amount_minor"), field="amount_minor", least=1),
        "reference": str(wish.get("reference", ""))[: accounts.REFERENCE_MOST],
        "creditor_name": str(creditor.get("name", ""))[:70],
        "creditor_account": str(creditor["account"])[:34],
        "creditor_sort_code": str(creditor.get("sort_code", ""))[:10],
    }


def _execute(world: World, number: int, at: datetime) -> None:
    payment = _payment(world, number)
    reason = REFUSED_ENDINGS.get(payment["creditor_account"][-4:], "")
    if not reason and accounts.account(world, payment["account"])["balance_minor"] < payment["amount_minor"]:
        reason = "insufficient_funds"
    line = None
    if not reason:
        line = accounts.transfer(
            world,
            payment["account"],
            -payment["amount_minor"],
            reference=payment["reference"],
            name=payment["creditor_name"],
            other="/".join(part for part in (payment["creditor_sort_code"], payment["creditor_account"]) if part),
        )["id"]
    world.store.run(
        "UPDATE bank_payment SET status = ?, reason = ?, line = ?, ended_at = ? WHERE id = ?",
        "rejected" if reason else "executed",
        reason,
        line,
        at.timestamp(),
        number,
    )


def _payment(world: World, number: int) -> Row:
    return world.store.the("SELECT * FROM bank_payment WHERE id = ?", number)


def shown(row: Row) -> dict[str, Any]:
    """As the API answers it; `transaction` is the statement's line once it is booked."""
    return {
        "id": f"{PREFIX}{row['id']}",
        "key": row["key"],
        "status": row["status"],
        "reason": row["reason"],
        "account": row["account"],
        "amount_minor": row["amount_minor"],
        "reference": row["reference"],
        "transaction": f"{statement.PREFIX}{row['line']:08d}" if row["line"] else None,
        "created_at": iso(row["created_at"]),
    }
