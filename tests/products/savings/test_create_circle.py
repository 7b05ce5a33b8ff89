"""Creating a circle"""

from datetime import date
from typing import Any

import pytest

from pamoja.foundation.actions import SYSTEM, NotAllowed
from pamoja.kernel.audit.public import feed
from pamoja.kernel.communities.public import Community, ProductOff
from pamoja.products.savings.models import Draw
from pamoja.products.savings.public import Circle, CircleMember, create_circle
from tests.products.savings.circles import shillings, terms
from tests.world.cast import a_member, actor


def test_makes_its_creator_organiser_and_first_member(clock: Any, community: object) -> None:
    amina = a_member("Amina Hassan", phone="+254712000003", payment_method="mpesa")

    circle = create_circle(by=actor(amina), terms=terms(late_fee=shillings(200)))

    seat = CircleMember.objects.get(circle=circle)
    assert (seat.member_id, seat.role, seat.status) == (amina.pk, "organiser", "joined")
    assert seat.has_accepted(1)
    assert seat.receives_on == "phone", "as the member is paid everywhere"
    assert (circle.status, circle.time_zone, circle.late_fee) == ("gathering", "Africa/Nairobi", shillings(200))
    assert feed(f"circle:{circle.pk}")[0].sentence == "Amina H. created the circle Harvest."


def test_commits_to_the_draw_before_anybody_joins(clock: Any, community: object) -> None:
    circle = create_circle(by=actor(a_member()), terms=terms(order_by="draw"))

    held = Draw.objects.get(circle=circle)
    assert len(held.commitment) == 64
    assert held.seed is None


@pytest.mark.parametrize("text", ["  Harvest  ", "Harvest"])
def test_keeps_the_name_without_blanks_around_it(clock: Any, community: object, text: str) -> None:
    assert create_circle(by=actor(a_member()), terms=terms(name=text)).name == "Harvest"


def test_refuses_terms_that_cannot_be(clock: Any, community: object) -> None:
    from pamoja.products.savings.errors import CircleSettingInvalid

    with pytest.raises(CircleSettingInvalid, match="in the past"):
        create_circle(by=actor(a_member()), terms=terms(first_due_on=date(2026, 3, 1)))

    assert not Circle.objects.exists()


def test_refuses_whoever_is_no_member(clock: Any, community: object) -> None:
    with pytest.raises(NotAllowed):
        create_circle(by=SYSTEM, terms=terms())

    assert not Circle.objects.exists()


def test_refuses_where_savings_is_off(clock: Any, community: Community) -> None:
    amina = actor(a_member())
    community.products = []
    community.save()

    with pytest.raises(ProductOff):
        create_circle(by=amina, terms=terms())

    assert not Circle.objects.exists()
