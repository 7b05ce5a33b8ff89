"""One request that passed Stripe's gate: the desk it works at, what was asked, and lists and expansions of answers."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pamoja.sandbox.faults import BOOKS
from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.errors import StripeError, missing
from pamoja.sandbox.stripe.objects import Object, shown
from pamoja.sandbox.stripe.params import PAGING, Parameters

LIMIT, LIMIT_MOST = 10, 100
EXPAND_DEPTH = 4
BOOKED = ("balance_transaction", "charge", "payout", "refund", "transfer")
"""Lists by which the platform checks its books."""
Including = Callable[[Desk, Object], Any]
INCLUDED: dict[tuple[str, str], Including] = {}
"""What an answer holds only when it was asked for by `expand`, by kind and field."""


@dataclass
class Call(Desk):
    """`path` are the parts of the address; `is_public`: made with a publishable key."""

    params: Parameters = field(default_factory=lambda: Parameters({}))
    path: dict[str, str] = field(default_factory=dict)
    is_public: bool = False
    notes: list[str] = field(default_factory=list)

    def listed(self, kind: str, *filters: str, among: str = "", **equal: Any) -> Object:
        """A page of a list, newest first; `filters` may be asked for, `equal` is asked in any case.

        `among`: the plural of a field of which several values may be asked for.
        """
        self.params.only({*PAGING, *filters, *([among] if among else [])})
        for name in filters:
            value = self.params.text(name) if isinstance(self.params.given.get(name), str) else None
            if value is not None:
                equal[name] = value
        equal = {name: {"true": 1, "false": 0}.get(value, value) for name, value in equal.items()}
        page = self._page(kind, equal, among)
        if kind in BOOKED:
            self._falsify(kind, page)
        return page | {"data": [shown(thing) for thing in page["data"]]}

    def _falsify(self, kind: str, page: Object) -> None:
        """Leaves out the newest line or invents one, where a fault wants it."""
        struck = self.world.faults.strike(BOOKS, scope="stripe", subject=kind)
        self.notes.extend(f"fault: {each}" for each in struck)
        if "line_missing" in struck:
            page["data"] = page["data"][1:]
        if "line_extra" in struck and page["data"]:
            newest = page["data"][0]
            page["data"] = [newest | {"id": newest["id"][:-4] + "fake"}, *page["data"]]

    def _page(self, kind: str, equal: dict[str, Any], among: str) -> Object:
        limit = self.params.whole("limit", LIMIT, least=1) or LIMIT
        if limit > LIMIT_MOST:
            message = "This value must be less than or equal to 100."
            raise StripeError(400, message, code="parameter_invalid_integer", param="limit")
        wanted = ["kind = ?", "account = ?", "NOT is_deleted"]
        values: list[Any] = [kind, self.account]
        for name, value in equal.items():
            wanted.append(f"json_extract(body, '$.{name}') = ?")
            values.append(value)
        if among and (several := self.params.texts(among)):
            wanted.append(f"json_extract(body, '$.{among[:-1]}') IN ({', '.join('?' * len(several))})")
            values.extend(several)
        for clause, value in self._created():
            wanted.append(clause)
            values.append(value)
        after, before = self._cursor(kind, "starting_after"), self._cursor(kind, "ending_before")
        if after:
            wanted.append(f"seq < {after}")
        if before:
            wanted.append(f"seq > {before}")
        order = "ASC" if before else "DESC"
        sql = f"SELECT body FROM stripe_object WHERE {' AND '.join(wanted)} ORDER BY seq {order} LIMIT ?"  # noqa: S608 - the clauses are constants
        rows = [json.loads(row["body"]) for row in self.world.store.all(sql, *values, limit + 1)]
        data = rows[:limit][::-1] if before else rows[:limit]
        return {"object": "list", "url": self.path["url"], "has_more": len(rows) > limit, "data": data}

    def _cursor(self, kind: str, name: str) -> int:
        number = self.params.text(name)
        if number is None:
            return 0
        sql = "SELECT seq FROM stripe_object WHERE id = ? AND kind = ? AND account = ?"
        found = self.world.store.value(sql, number, kind, self.account)
        if found is None:
            raise missing(kind, number, param=name)
        return int(found)

    def _created(self) -> list[tuple[str, int]]:
        if isinstance(self.params.given.get("created"), str):
            return [("created = ?", self.params.whole("created") or 0)]
        inner, signs = self.params.child("created"), {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
        inner.only(signs)
        return [(f"created {sign} ?", inner.whole(name) or 0) for name, sign in signs.items() if name in inner]

    def moment(self, name: str, default: int | None = None) -> int | None:
        """A parameter in Unix seconds; `now` is this moment."""
        if self.params.given.get(name) == "now":
            return self.now_s
        return self.params.whole(name, default, least=0)


def answered(call: Call, thing: Object) -> Object:
    """The object as it is answered: hidden parts left out, what `expand` names filled in."""
    answer: Object = json.loads(json.dumps(shown(thing)))
    for path in call.params.texts("expand"):
        if path.count(".") >= EXPAND_DEPTH + 1:
            raise StripeError(400, f"You cannot expand more than {EXPAND_DEPTH} levels of a property.", param="expand")
        _expand(call, answer, path.split("."), path)
    return answer


def _expand(call: Call, node: Object, path: list[str], whole: str) -> None:
    name, rest = path[0], path[1:]
    if node.get("object") == "list" and name == "data":
        for item in node["data"]:
            if rest:
                _expand(call, item, rest, whole)
        return
    included = INCLUDED.get((str(node.get("object")), name))
    if included is not None and not isinstance(node.get(name), dict):
        node[name] = included(call, node)
    if name not in node:
        raise StripeError(400, f"This property cannot be expanded ({whole}).", param="expand")
    if isinstance(node[name], str):
        found = by_id(call, node[name])
        if found is None:
            raise StripeError(400, f"This property cannot be expanded ({whole}).", param="expand")
        node[name] = json.loads(json.dumps(shown(found)))
    if not rest or node[name] is None:
        return
    for inner in node[name] if isinstance(node[name], list) else [node[name]]:
        if isinstance(inner, dict):
            _expand(call, inner, rest, whole)


def by_id(desk: Desk, number: str) -> Object | None:
    """Any object of this account or, for what is paid to a connected account, of another."""
    row = desk.world.store.one("SELECT body FROM stripe_object WHERE id = ?", number)
    return None if row is None else dict(json.loads(row["body"]))


def as_list(url: str, things: list[Object], *, has_more: bool = False) -> Object:
    """Objects as a list inside another."""
    return {"object": "list", "url": url, "has_more": has_more, "data": [shown(thing) for thing in things]}


def utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
