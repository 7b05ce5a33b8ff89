"""What a member can say to savings in a conversation, in the order of the menu."""

from pamoja.products.savings.chat import paying  # isort: skip
from pamoja.products.savings.chat import asking  # isort: skip
from pamoja.products.savings.chat import joining  # isort: skip
from pamoja.products.savings.chat import refusing  # isort: skip

__all__ = ["asking", "joining", "paying", "refusing"]
