"""Joining a circle by invitation"""

from typing import Any

import pytest

from pamoja.foundation.errors import Refusal
from pamoja.products.savings import errors
from pamoja.products.savings.models import Draw
from pamoja.products.savings.public import (
    CircleMember,
    Invitation,
    change_circle_settings,
    draw_positions,
    end_circle,
    invite,
    join_by_invitation,
    revoke_invitation,
)
from tests.products.savings.circles import Group, a_group, join
from tests.products.savings.scenes import begins_with
from tests.world.cast import a_member, actor


def code_for(group: Group, **differs: Any) -> Invitation:
    return invite(by=group.organiser, circle_id=group.circle_id, **differs)


def test_takes_a_seat_on_the_terms_that_were_read(clock: Any, community: object) -> None:
    group, zuri = a_group(2), a_member("Zuri Achieng")
    invitation = code_for(group)

    seat = join_by_invitation(by=actor(zuri), code=invitation.shown_code.lower(), rules_version=1)

    assert (seat.status, seat.role, seat.position) == ("joined", "member", None)
    assert seat.has_accepted(1)
    invitation.refresh_from_db()
    assert invitation.uses == 1


@pytest.mark.parametrize(
    ("spoil", "version", "refusal"),
    [
        ("unknown", 1, errors.InvitationNotFound),
        ("nonsense", 1, errors.InvitationNotFound),
        ("ended", 1, errors.CircleNotGathering),
        ("revoked", 1, errors.InvitationRevoked),
        ("expired", 1, errors.InvitationExpired),
        ("used", 1, errors.InvitationUsedUp),
        ("full", 1, errors.CircleFull),
        ("", None, errors.RulesNotAccepted),
        ("changed", 1, errors.RulesChanged),
    ],
)
def test_refuses_and_seats_nobody(
    clock: Any, community: object, spoil: str, version: int | None, refusal: type[Refusal]
) -> None:
    group, zuri = a_group(2), a_member("Zuri Achieng")
    invitation = code_for(group)
    code = {"unknown": "KKKK-KKKK", "nonsense": "' OR 1=1"}.get(spoil, invitation.code)
    match spoil:
        case "ended":
            end_circle(by=group.organiser, circle_id=group.circle_id)
        case "revoked":
            revoke_invitation(by=group.organiser, invitation_id=invitation.pk)
        case "expired":
            clock.turn_by(days=14)
        case "used":
            join_by_invitation(by=actor(a_member("Imani")), code=code, rules_version=1)
        case "full":
            change_circle_settings(by=group.organiser, circle_id=group.circle_id, changes={"members_max": 2})
            version = 2
        case "changed":
            change_circle_settings(by=group.organiser, circle_id=group.circle_id, changes={"rules_text": "New."})

    with pytest.raises(refusal):
        join_by_invitation(by=actor(zuri), code=code, rules_version=version)

    assert not CircleMember.objects.filter(member=zuri).exists()


@begins_with(a_group, 2)
def test_refuses_a_second_seat(clock: Any, community: object, group: Group) -> None:
    with pytest.raises(errors.AlreadyInCircle):
        join_by_invitation(by=group.by(1), code=code_for(group).code, rules_version=1)

    assert CircleMember.objects.count() == 2


@begins_with(a_group, 2, order_by="draw")
def test_voids_an_order_that_was_drawn_before(clock: Any, community: object, group: Group) -> None:
    draw_positions(by=group.organiser, circle_id=group.circle_id)

    join(group, a_member("Zuri"))

    assert set(CircleMember.objects.values_list("position", flat=True)) == {None}
    first, second = Draw.objects.order_by("number")
    assert first.voided_at is not None
    assert first.seed is not None, "what was drawn stays to be seen"
    assert second.seed is None


def test_may_come_back_after_leaving(clock: Any, community: object) -> None:
    from pamoja.products.savings.public import leave_circle

    group = a_group(2)
    leave_circle(by=group.by(1), circle_id=group.circle_id)

    join(group, group.people[1])

    assert group.seat(1).is_joined
    assert CircleMember.objects.filter(member=group.people[1]).count() == 1
