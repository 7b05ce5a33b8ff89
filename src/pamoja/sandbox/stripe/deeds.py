"""Carries out one deed on our own pages: all of it or nothing, except that a decline stays written."""

from collections.abc import Callable
from typing import TypeVar

from pamoja.sandbox.stripe.errors import StripeError
from pamoja.sandbox.world import World

Result = TypeVar("Result")


def carry_out(world: World, deed: Callable[[], Result]) -> Result:
    """Raises: StripeError; what a decline wrote is kept, anything else is undone."""
    refusal: StripeError
    with world.store.transaction():
        world.store.run("SAVEPOINT deed")
        try:
            result = deed()
        except StripeError as error:
            refusal = error
            if not error.has_effect:
                world.store.run("ROLLBACK TO deed")
        else:
            world.live.publish("stripe")
            return result
    world.live.publish("stripe")
    raise refusal
