"""What other packages may use of live."""

from pamoja.kernel.live.actions import publish, publish_to_each
from pamoja.kernel.live.queries import MayFollow, OnRead, declare_topic, present

__all__ = ["MayFollow", "OnRead", "declare_topic", "present", "publish", "publish_to_each"]
