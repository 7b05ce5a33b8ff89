"""What payments' specs start from: a member with a phone, and where needed the real sandbox and our hot path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

# The models cannot be imported before Django is set up, and this file is read before that.
if TYPE_CHECKING:
    from pamoja.kernel.communities.public import Community
    from pamoja.kernel.identity.public import Member
    from pamoja.kernel.payments.models import Collection, Payout
    from tests.harness.servers import Served
    from tests.kernel.payments.cards import Bank
    from tests.kernel.payments.outside import Outside

PHONE = "+254712345678"


@pytest.fixture
def amina(community: object) -> Member:
    """A member with a phone."""
    from tests.world import a_member

    return a_member("Amina Wanjiru", phone=PHONE)


@pytest.fixture
def collect(amina: Member) -> Callable[..., Collection]:
    """Asks Amina for money: `collect(500, key="k")`."""
    from tests.kernel.payments.cast import ask

    return lambda shillings=500, **differs: ask(**({"member_id": amina.pk, "shillings": shillings} | differs))


@pytest.fixture
def pay_out(amina: Member) -> Callable[..., Payout]:
    """Sends Amina money from her wallet, which is filled before."""
    from tests.kernel.payments.cast import send

    return lambda shillings=500, **differs: send(**({"member_id": amina.pk, "shillings": shillings} | differs))


@pytest.fixture
def outside(sandbox: Served, clock: Any, committed_db: str) -> Iterator[Outside]:
    """The real sandbox, as fresh as on the first day; its clock and ours are turned together."""
    from tests.kernel.payments.outside import Outside, front_door

    with front_door(committed_db):
        world = Outside(sandbox.base_url, clock)
        world.begin()
        yield world
        world.end()


@pytest.fixture
def london(community: Community, other_community: Community) -> Iterator[Community]:
    """A network in London that pays in pounds; the test works inside it."""
    from pamoja.kernel.communities.public import entered

    with entered(other_community.pk):
        yield other_community


@pytest.fixture
def grace(london: Community) -> Member:
    """A member there."""
    from tests.world import a_member

    return a_member("Grace Okoro", phone="+447400000005")


@pytest.fixture
def bank(grace: Member, outside: Outside) -> Iterator[Bank]:
    """Stripe and the banks behind it."""
    from tests.kernel.payments.cards import Bank

    found = Bank()
    found.begin()
    yield found
    found.end()
