"""What the API takes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from pamoja.foundation.money import AMOUNT_MINOR_MAX, Money

# PostgreSQL cannot hold a zero byte, and no text of a circle needs one.
Text = Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")]
ShortText = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")]
AnyId = Annotated[str, StringConstraints(max_length=80, pattern=r"^[a-z]+_[0-9a-zA-Z]+$")]
Key = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[\x21-\x7e]+$")]
Whole = Annotated[int, Field(ge=0, le=10_000)]
WayToReceive = Literal["wallet", "phone"]


class MoneyIn(Schema):
    """An amount: `{"amount_minor": 500000, "currency": "KES"}` is KSh 5,000."""

    amount_minor: int = Field(ge=0, le=AMOUNT_MINOR_MAX)
    currency: Annotated[str, StringConstraints(max_length=8, pattern=r"^[A-Z]+$")]

    def money(self) -> Money:
        """Raises: CurrencyUnknown."""
        return Money(self.amount_minor, self.currency)


class CircleFilters(Schema):
    """What to look for among listed circles."""

    q: ShortText = ""
    frequency: ShortText = ""
    amount_from_minor: Annotated[int, Field(ge=0, le=AMOUNT_MINOR_MAX)] | None = None
    amount_to_minor: Annotated[int, Field(ge=0, le=AMOUNT_MINOR_MAX)] | None = None
    page: Annotated[int, Field(ge=1, le=10_000)] = 1


class CircleIn(Schema):
    """A new circle. `turns` says how many times every member receives: rounds are members times turns."""

    name: ShortText
    amount: MoneyIn
    frequency: Literal["weekly", "monthly"]
    members_max: Whole
    first_due_on: date
    description: Text = ""
    rules_text: Text = ""
    turns: Whole = 1
    visibility: Literal["private", "open"] = "private"
    order_by: Literal["draw", "manual"] = "draw"
    allows_swaps: bool = True
    late_fee: MoneyIn | None = None
    grace_days: Whole = 3
    shortfall_rule: Literal["wait", "pay_what_is_in"] = "wait"
    shortfall_after_days: Whole = 7


class CircleChange(Schema):
    """What is not sent stays as it is. What members agreed to changes only before the start."""

    name: ShortText | None = None
    amount: MoneyIn | None = None
    frequency: Literal["weekly", "monthly"] | None = None
    members_max: Whole | None = None
    first_due_on: date | None = None
    description: Text | None = None
    rules_text: Text | None = None
    turns: Whole | None = None
    visibility: Literal["private", "open"] | None = None
    order_by: Literal["draw", "manual"] | None = None
    allows_swaps: bool | None = None
    late_fee: MoneyIn | None = None
    grace_days: Whole | None = None
    shortfall_rule: Literal["wait", "pay_what_is_in"] | None = None
    shortfall_after_days: Whole | None = None


class InvitationIn(Schema):
    """An invitation: a code to pass on, or with `email` one for a single person that is sent there."""

    days: Whole = 14
    uses_max: Whole = 1
    email: ShortText = ""


class JoinIn(Schema):
    """Joining by code. `rules_version` is that of the rules that were shown and accepted; without it nobody joins."""

    code: ShortText
    rules_version: Whole | None = None
    pays_automatically: bool = True
    receives_on: WayToReceive | None = None


class AskIn(Schema):
    """Asking to be let into a listed circle, having accepted its rules."""

    rules_version: Whole | None = None
    pays_automatically: bool = True
    receives_on: WayToReceive | None = None


class RulesIn(Schema):
    """The version of the rules that was shown and accepted."""

    rules_version: Whole


class ChoicesIn(Schema):
    """How one pays and receives in a circle."""

    pays_automatically: bool | None = None
    receives_on: WayToReceive | None = None


class RoleIn(Schema):
    """A member's part in the circle."""

    role: Literal["organiser", "treasurer", "member"]


class OrderIn(Schema):
    """Who receives first, second, third…: every member once."""

    order: Annotated[list[AnyId], Field(max_length=200)]


class SwapIn(Schema):
    """With whom to exchange places."""

    member_id: AnyId


class ReasonIn(Schema):
    """Why, in a few words; everybody in the circle reads it."""

    reason: ShortText = ""


class PaymentIn(Schema):
    """How to pay: from the wallet at once, or by a prompt on the phone (one's own, unless another is given)."""

    method: Literal["wallet", "phone"] = "phone"
    phone: ShortText | None = None
