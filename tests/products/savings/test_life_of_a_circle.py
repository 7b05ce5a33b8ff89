"""A circle from its first day to its last."""

from collections.abc import Callable
from typing import Any

from tests.products.savings.circles import a_running_group, after, kept, pay, shillings, sweep, wallet


def test_everybody_pays_each_round_and_receives_once(
    clock: Any, community: object, run_jobs: Callable[..., Any]
) -> None:
    group = a_running_group(3)

    for number in (1, 2, 3):
        pay(group, number, 0, 1, 2)
        run_jobs()
        assert group.round(number).is_paid_out
        assert wallet(group.people[number - 1]) == shillings(15_000)
        clock.turn_to(after(group, number, hours=1))
        sweep()

    assert group.circle.status == "completed"
    assert not kept(group)
