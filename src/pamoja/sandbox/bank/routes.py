"""Gives every address of the bank its answerer, and sets the bank going in a world."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from pamoja.sandbox.answers import json_object, whole
from pamoja.sandbox.bank import accounts, payments, statement
from pamoja.sandbox.world import World, world_of


async def list_accounts(request: Request) -> JSONResponse:
    """`GET /api/bank/accounts`, with the proof that nothing is unaccounted for."""
    world = world_of(request)
    rows = [dict(row) for row in world.store.all("SELECT * FROM bank_account ORDER BY number")]
    return JSONResponse({"accounts": rows, "unaccounted_minor": accounts.unaccounted_minor(world)})


async def open_account(request: Request) -> JSONResponse:
    """`PUT /api/bank/accounts/{number}` `{"name", "currency"}`: opens one; one that is open stays as it is."""
    world, number, wish = world_of(request), request.path_params["number"], await json_object(request)
    row = world.store.one("SELECT * FROM bank_account WHERE number = ?", number)
    name, currency = str(wish.get("name", accounts.NAME)), str(wish.get("currency", accounts.CURRENCY))
    return JSONResponse(dict(row or accounts.open_account(world, number, name, currency)))


async def transfer(request: Request) -> JSONResponse:
    """`POST /api/bank/transfers` `{"amount_minor", "reference", "name", "account"?, "from"?}`; negative: paid out."""
    world, wish = world_of(request), await json_object(request)
    line = accounts.transfer(
        world,
        str(wish.get("account", accounts.NUMBER)),
        whole(wish.get("amount_minor"), field="amount_minor", least=-(10**12)),
        reference=str(wish.get("reference", "")),
        name=str(wish.get("name", "")),
        other=str(wish.get("from", "")),
    )
    return JSONResponse(dict(line) | {"id": f"{statement.PREFIX}{line['id']:08d}"})


def join(world: World) -> list[Route]:
    """Sets the bank going and returns its routes."""
    accounts.join(world)
    payments.join(world)
    return [
        Route("/bank/v1/transactions", payments.transactions, methods=["GET"]),
        Route("/bank/v1/payments", payments.create, methods=["POST"]),
        Route("/bank/v1/payments", payments.find, methods=["GET"]),
        Route("/bank/v1/payments/{id}", payments.retrieve, methods=["GET"]),
        Route("/bank/statement", statement.show, methods=["GET"]),
        Route("/bank/statement.csv", statement.show, methods=["GET"]),
        Route("/api/bank/accounts", list_accounts, methods=["GET"]),
        Route("/api/bank/accounts/{number}", open_account, methods=["PUT"]),
        Route("/api/bank/transfers", transfer, methods=["POST"]),
    ]
