"""A circle from its first day to its last."""

from typing import Any

from pamoja.kernel.ledger.public import trial_balance
from pamoja.kernel.messaging.public import messages_of
from tests.products.savings.circles import (
    Group,
    a_running_group,
    after,
    kept,
    pay,
    run_own_jobs,
    shillings,
    sweep,
    wallet,
)
from tests.products.savings.scenes import begins_with


@begins_with(a_running_group, 3)
def test_everybody_pays_each_round_and_receives_once(clock: Any, community: object, group: Group) -> None:
    for number in (1, 2, 3):
        pay(group, number, 0, 1, 2)
        run_own_jobs()
        assert group.round(number).is_paid_out
        assert wallet(group.people[number - 1]) == shillings(15_000)
        clock.turn_to(after(group, number, hours=1))
        sweep()

    assert group.circle.status == "completed"
    assert not kept(group)
    assert trial_balance().balances
    subjects = [each.subject for each in messages_of(group.people[0].pk)]
    assert "You received KSh 15,000 from Harvest" in subjects
    assert "Harvest is complete" in subjects
