"""Test clocks: time that is turned for some customers alone."""

from typing import Any

from pamoja.sandbox.stripe.call import Call, utc
from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.dues import happens, run_test_clock
from pamoja.sandbox.stripe.errors import StripeError, unfit
from pamoja.sandbox.stripe.objects import Object
from pamoja.sandbox.world import World

KIND = "test_helpers.test_clock"


def create(call: Call) -> Object:
    """`POST /v1/test_helpers/test_clocks`."""
    call.params.only(("frozen_time", "name"))
    frozen = call.params.needed_whole("frozen_time", least=1)
    clock = call.add(
        KIND,
        frozen_time=frozen,
        name=call.params.text("name"),
        status="ready",
        status_details={},
        deletes_after=call.now_s + 30 * 86_400,
    )
    call.tell("test_helpers.test_clock.created", clock)
    return clock


def advance(call: Call) -> Object:
    """`POST /v1/test_helpers/test_clocks/{id}/advance`: happens in the background, a moment later."""
    call.params.only(("frozen_time",))
    clock, to = call.living(KIND, call.path["id"]), call.params.needed_whole("frozen_time", least=1)
    if clock["status"] != "ready":
        raise StripeError(429, "Test clock advancement underway - cannot perform modifications", code="rate_limit")
    if to < clock["frozen_time"]:
        raise unfit("You cannot advance a test clock to a time in the past.", param="frozen_time")
    clock |= {"status": "advancing", "status_details": {"advancing": {"target_frozen_time": to}}}
    call.save(clock)
    call.tell("test_helpers.test_clock.advancing", clock)
    call.world.agenda.add(
        "stripe.clock_advances", call.world.clock.now(), account=call.account, clock=clock["id"], to=to
    )
    return clock


def delete(call: Call) -> Object:
    """`DELETE /v1/test_helpers/test_clocks/{id}`, with its customers."""
    clock = call.living(KIND, call.path["id"])
    for customer in call.all("customer", test_clock=clock["id"]):
        call.remove(customer)
    call.world.store.run("DELETE FROM stripe_due WHERE test_clock = ?", clock["id"])
    return call.remove(clock)


def join(world: World) -> None:
    """Lets clocks advance."""

    def advances(desk: Desk, payload: dict[str, Any]) -> None:
        number, to = payload["clock"], payload["to"]
        run_test_clock(world, payload["account"], number, to)
        later = Desk(world, utc(to), payload["account"])
        clock = later.get(KIND, number)
        clock |= {"frozen_time": to, "status": "ready", "status_details": {}}
        later.save(clock)
        later.tell("test_helpers.test_clock.ready", clock)

    happens(world, "stripe.clock_advances", advances)
