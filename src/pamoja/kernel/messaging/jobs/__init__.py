"""The background work of messaging."""

from pamoja.kernel.messaging.jobs.dispatching import dispatch, hand_over_due, sweep

__all__ = ["dispatch", "hand_over_due", "sweep"]
