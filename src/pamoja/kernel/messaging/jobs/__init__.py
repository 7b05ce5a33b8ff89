"""The background work of messaging."""

from pamoja.kernel.messaging.jobs.approving import look_after_templates
from pamoja.kernel.messaging.jobs.broadcasting import spread
from pamoja.kernel.messaging.jobs.dispatching import dispatch, gauge, hand_over_due, sweep

__all__ = ["dispatch", "gauge", "hand_over_due", "look_after_templates", "spread", "sweep"]
