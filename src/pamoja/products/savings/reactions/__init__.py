"""When this happened, that follows: pages change, money moves on, people are told."""

from pamoja.products.savings.reactions import moving, showing, telling

__all__ = ["moving", "showing", "telling"]
