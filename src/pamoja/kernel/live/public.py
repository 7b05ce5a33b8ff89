"""What other packages may use of live."""

from pamoja.kernel.live.actions import publish
from pamoja.kernel.live.queries import MayFollow, declare_topic

__all__ = ["MayFollow", "declare_topic", "publish"]
