"""The one cast of the whole suite; builders take only what differs from the ordinary."""

from tests.world.cast import PASSWORD, Cast, a_community, a_member, a_person, actor, signed_in

__all__ = ["PASSWORD", "Cast", "a_community", "a_member", "a_person", "actor", "signed_in"]
