"""Two withdrawals at once never pass a limit that one of them uses up."""

from __future__ import annotations

from typing import Any

import pytest

from pamoja.kernel.communities.public import Community
from pamoja.kernel.payments.errors.safety import LimitReached
from pamoja.kernel.payments.models import PaymentSettings, Payout
from tests.kernel.payments.cast import send
from tests.kernel.payments.test_races import at_once

pytestmark = pytest.mark.committed


def test_only_one_of_those_passes(community: Community, amina: Any) -> None:
    PaymentSettings.objects.create(safety={"limits": {"basic": {"out": {"day": {"KES": 50_000}}}}})
    deeds = [lambda key=key: send(member_id=amina.pk, shillings=300, key=f"k{key}") for key in range(4)]

    answers = at_once(community, *deeds)

    assert sum(isinstance(each, Payout) for each in answers) == 1
    assert sum(isinstance(each, LimitReached) for each in answers) == 3
    assert Payout.objects.count() == 1
