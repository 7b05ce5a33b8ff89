"""What cardholders, their banks and coaches do at Stripe: approve, refuse, dispute, decide."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pamoja.sandbox.answers import whole
from pamoja.sandbox.console.frame import back, form_of, page
from pamoja.sandbox.console.hosted import ACCOUNTS, CARDS
from pamoja.sandbox.stripe import api
from pamoja.sandbox.stripe.disputes import UNDECIDED
from pamoja.sandbox.world import World, world_of

PAGE = 20
FLAGS = ("passes", "won", "inquiry", "fails")


async def show_cards(request: Request) -> Response:
    """Everything at Stripe that waits for a person, then what was paid."""
    world, before = world_of(request), whole(request.query_params.get("before") or 0, field="before")
    charges = _newest(
        world, "charge", "json_extract(body, '$.payment_intent') IS NOT NULL", before=before, most=PAGE + 1
    )
    is_undecided = f"json_extract(body, '$.status') IN ({', '.join(repr(status) for status in UNDECIDED)})"
    return page(
        request,
        "cards.html",
        asked=[
            *_newest(world, "payment_intent", "json_extract(body, '$.status') = 'requires_action'"),
            *_newest(world, "setup_intent", "json_extract(body, '$.status') = 'requires_action'"),
        ],
        debits=_newest(world, "payment_intent", "json_extract(body, '$.status') = 'processing'"),
        disputes=_newest(world, "dispute", is_undecided),
        charges=charges[:PAGE],
        older=charges[PAGE - 1]["seq"] if len(charges) > PAGE else None,
        refused=_refused_webhooks(world),
        endpoints=_newest(world, "webhook_endpoint", "1"),
        cards=CARDS,
        accounts=ACCOUNTS,
    )


def _newest(world: World, kind: str, wanted: str, *, before: int = 0, most: int = 10) -> list[dict[str, Any]]:
    """Newest first; `wanted` is a condition of ours."""
    sql = f"""SELECT seq, body FROM stripe_object
              WHERE kind = ? AND NOT is_deleted AND {wanted} AND (? = 0 OR seq < ?) ORDER BY seq DESC LIMIT ?"""  # noqa: S608 - constants of ours
    return [json.loads(row["body"]) | {"seq": row["seq"]} for row in world.store.all(sql, kind, before, before, most)]


def _refused_webhooks(world: World) -> list[Any]:
    """What the platform has not taken, newest first."""
    return world.store.all(
        """SELECT stripe_delivery.*, json_extract(body, '$.type') AS type, created FROM stripe_delivery
           LEFT JOIN stripe_object ON stripe_object.id = event
           WHERE attempts > 0 AND forgery = '' AND (status IS NULL OR status >= 300)
           ORDER BY callback_id DESC LIMIT 8"""
    )


async def act(request: Request) -> Response:
    """A cardholder or a bank did something."""
    form, path = await form_of(request), request.path_params
    wish: dict[str, Any] = {name: value == "yes" if name in FLAGS else value for name, value in form.items()}
    api.act(world_of(request), path["id"], path["deed"], wish)
    return back(request, "/cards")
