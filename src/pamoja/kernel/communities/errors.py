"""The ways this package says no."""

from pamoja.foundation.errors import Refusal


class CommunityNotFound(Refusal):
    """There is no community at this address."""

    code = "communities.not_found"
    kind = "not_found"


class ProductOff(Refusal):
    """This community has not switched on {product}."""

    code = "communities.product_off"
    kind = "not_found"


class NoCommunity(RuntimeError):
    """Work on a community's rows was started without entering the community: a bug, not a refusal."""
