"""What other packages may use of communities."""

from typing import NewType
from uuid import UUID

from pamoja.kernel.communities.actions import change_community_settings
from pamoja.kernel.communities.errors import CommunityNotFound, NoCommunity, ProductOff
from pamoja.kernel.communities.models import Community, CommunityModel, IsolateByCommunity, current_community_id
from pamoja.kernel.communities.queries import (
    CommunityRequest,
    community_at,
    community_with_slug,
    current_community,
    each_community,
    entered,
    flag_is_on,
    home_url,
    product_is_on,
    require_product,
)
from pamoja.kernel.communities.rules import address_in, clean_brand

CommunityId = NewType("CommunityId", UUID)

__all__ = [
    "Community",
    "CommunityId",
    "CommunityModel",
    "CommunityNotFound",
    "CommunityRequest",
    "IsolateByCommunity",
    "NoCommunity",
    "ProductOff",
    "address_in",
    "change_community_settings",
    "clean_brand",
    "community_at",
    "community_with_slug",
    "current_community",
    "current_community_id",
    "each_community",
    "entered",
    "flag_is_on",
    "home_url",
    "product_is_on",
    "require_product",
]
