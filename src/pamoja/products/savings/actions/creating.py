"""Making circles and changing their terms."""

from __future__ import annotations

import dataclasses
import secrets
from typing import Any
from uuid import UUID

from django.db.models import Max

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, NotAllowed, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.kernel.communities.public import current_community, require_product
from pamoja.kernel.identity.public import payment_method_of
from pamoja.products.savings.errors import CircleOver, CircleSettingInvalid, SettingFixed
from pamoja.products.savings.events import CircleCreated, CircleSettingsChanged, DrawVoided
from pamoja.products.savings.models import Circle, CircleMember, Draw
from pamoja.products.savings.queries.locking import circle_for_update
from pamoja.products.savings.queries.seats import joined_seats, require_organiser
from pamoja.products.savings.rules import draw
from pamoja.products.savings.rules.terms import BINDING, FREE, Terms, changes_agreement, check_terms


@action
def create_circle(
    *,
    by: Actor,
    terms: Terms,
    time_zone: str | None = None,
    pays_automatically: bool = True,
    receives_on: str | None = None,
) -> Circle:
    """Make a circle; whoever makes it is its organiser and first member, and has accepted its rules.

    `time_zone` is the community's unless given.
    Raises: CircleSettingInvalid for terms that cannot be; ProductOff; NotAllowed for who is no member.
    """
    require_product("savings")
    if by.member_id is None:
        raise NotAllowed()
    zone = time_zone or current_community().time_zone
    check_terms(terms, today=clock.today(zone))
    chosen = {field.name: getattr(terms, field.name) for field in dataclasses.fields(terms)}
    circle = Circle.objects.create(time_zone=zone, **_columns(chosen))
    now = clock.now()
    CircleMember.objects.create(
        circle=circle,
        member_id=by.member_id,
        role=CircleMember.Role.ORGANISER,
        rules_version_accepted=circle.rules_version,
        accepted_at=now,
        joined_at=now,
        pays_automatically=pays_automatically,
        receives_on=way_to_receive(receives_on, by.member_id),
    )
    commitment = commit_to_draw(circle).commitment if circle.order_by == Circle.Order.DRAW else ""
    announce(
        CircleCreated(circle_id=circle.pk, member_id=by.member_id, amount=circle.amount, draw_commitment=commitment)
    )
    return circle


@action
def change_circle_settings(*, by: Actor, circle_id: UUID, changes: dict[str, Any]) -> Circle:
    """Change some of the fields of `Terms`; nothing is announced when nothing differs.

    Name, description and visibility can change until the circle is over. What members agreed to can change only before
    the start, and then everybody accepts the rules anew.
    Raises: OrganiserOnly; CircleSettingInvalid; SettingFixed after the start; CircleOver.
    """
    circle = circle_for_update(circle_id)
    require_organiser(circle, by)
    if unknown := changes.keys() - BINDING - FREE:
        raise CircleSettingInvalid(field=min(unknown), problem="There is no such setting")
    before = terms_of(circle)
    after = dataclasses.replace(before, **changes)
    changed = [field for field in changes if getattr(before, field) != getattr(after, field)]
    if not changed:
        return circle
    _check_change(circle, after, changed, members=len(joined_seats(circle)))
    for column, value in _columns({field: getattr(after, field) for field in changed}).items():
        setattr(circle, column, value)
    if changes_agreement(changed):
        circle.rules_version += 1
    circle.save()
    _accept_own_change(circle, by)
    if "order_by" in changed:
        forget_order(circle)
        if circle.order_by == Circle.Order.DRAW:
            commit_to_draw(circle)
    announce(
        CircleSettingsChanged(circle_id=circle.pk, fields=tuple(sorted(changed)), rules_version=circle.rules_version)
    )
    return circle


def way_to_receive(chosen: str | None, member_id: UUID) -> str:
    """Where a member's pots go: as chosen, else by the payment method that the member prefers everywhere.

    Raises: CircleSettingInvalid.
    """
    if chosen is None:
        chosen = "wallet" if payment_method_of(member_id) == "wallet" else "phone"
    if chosen not in CircleMember.ReceivesOn.values:
        raise CircleSettingInvalid(field="receives_on", problem="Choose the wallet or the phone")
    return chosen


def terms_of(circle: Circle) -> Terms:
    """The circle's terms as they are."""
    plain = {
        field.name: getattr(circle, field.name)
        for field in dataclasses.fields(Terms)
        if field.name not in {"amount", "late_fee"}
    }
    return Terms(amount=circle.amount, late_fee=circle.late_fee if circle.late_fee_minor else None, **plain)


@joins_transaction
def commit_to_draw(circle: Circle) -> Draw:
    """Fix the seed of the circle's next draw and publish what commits to it."""
    seed = secrets.token_hex(draw.SEED_BYTES)
    last = Draw.objects.filter(circle=circle).aggregate(last=Max("number"))["last"] or 0
    return Draw.objects.create(circle=circle, number=last + 1, commitment=draw.commitment_of(seed), sealed_seed=seed)


@joins_transaction
def forget_order(circle: Circle) -> None:
    """Members who come or go undo the order; a draw that was held is void, and the next one committed to."""
    CircleMember.objects.filter(circle=circle).exclude(position=None).update(position=None)
    held = Draw.objects.filter(circle=circle, voided_at=None).first()
    if held is None or (held.seed is None and circle.order_by == Circle.Order.DRAW):
        return
    held.voided_at = clock.now()
    held.save(update_fields=["voided_at"])
    if held.seed is not None and circle.order_by == Circle.Order.DRAW:
        following = commit_to_draw(circle)
        announce(DrawVoided(circle_id=circle.pk, draw_number=held.number, next_commitment=following.commitment))


def _columns(fields: dict[str, Any]) -> dict[str, Any]:
    columns = dict(fields)
    if "amount" in columns:
        amount = columns.pop("amount")
        columns |= {"amount_minor": amount.amount_minor, "currency": amount.currency}
    if "late_fee" in columns:
        fee = columns.pop("late_fee")
        columns["late_fee_minor"] = 0 if fee is None else fee.amount_minor
    for text in {"name", "description", "rules_text"} & columns.keys():
        columns[text] = columns[text].strip()
    return columns


def _check_change(circle: Circle, after: Terms, changed: list[str], *, members: int) -> None:
    if circle.is_over:
        raise CircleOver()
    fixed = [field for field in changed if field in BINDING]
    if fixed and not circle.is_gathering:
        raise SettingFixed(field=fixed[0])
    # A first day that has passed meanwhile is asked about when it changes, and at the start.
    today = clock.today(circle.time_zone) if "first_due_on" in changed else after.first_due_on
    check_terms(after, today=today)
    if after.members_max < members:
        raise CircleSettingInvalid(field="members_max", problem=f"The circle already has {members} members")


def _accept_own_change(circle: Circle, by: Actor) -> None:
    if by.member_id is None:
        return
    own = CircleMember.objects.filter(circle=circle, member_id=by.member_id, status=CircleMember.Status.JOINED)
    own.update(rules_version_accepted=circle.rules_version, accepted_at=clock.now())
