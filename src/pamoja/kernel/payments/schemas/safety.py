"""What the API says of limits and freezes: a member's own, never the rule."""

from __future__ import annotations

from datetime import datetime

from ninja import Schema

from pamoja.kernel.payments.models import Freeze
from pamoja.kernel.payments.queries.limits import Room
from pamoja.kernel.payments.rules.limits import Direction, Period, Tier
from pamoja.kernel.payments.schemas import MoneyOut


class LimitOut(Schema):
    """One limit; nothing in `most` is without limit."""

    period: Period
    most: MoneyOut | None
    left: MoneyOut | None


class RoomOut(Schema):
    """What may move in one direction: `left` at once, and for each period."""

    direction: Direction
    left: MoneyOut | None
    limits: list[LimitOut]

    @classmethod
    def of(cls, room: Room) -> RoomOut:
        lines = zip(Period, room.lines, strict=True)
        return cls(
            direction=room.direction,
            left=MoneyOut.of(room.left) if room.left is not None else None,
            limits=[
                LimitOut(
                    period=period,
                    most=MoneyOut.of(most) if most is not None else None,
                    left=MoneyOut.of(left) if left is not None else None,
                )
                for period, (_, most, left) in lines
            ],
        )


class LimitsOut(Schema):
    """How well the member is known, what that lets them move, and how to raise it."""

    tier: Tier
    rooms: list[RoomOut]
    advice: str


class FreezeOut(Schema):
    """Money that somebody looks at before it leaves; `payment_id` is empty when it is all of it."""

    id: str
    payment_id: str
    since: datetime
    lifted_at: datetime | None

    @classmethod
    def of(cls, freeze: Freeze) -> FreezeOut:
        return cls(
            id=freeze.public_id,
            payment_id=freeze.payout.public_id if freeze.payout else "",
            since=freeze.frozen_at,
            lifted_at=freeze.lifted_at,
        )
