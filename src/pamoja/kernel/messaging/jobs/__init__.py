"""The background work of messaging."""

from pamoja.kernel.messaging.jobs.approving import look_after_templates
from pamoja.kernel.messaging.jobs.broadcasting import spread
from pamoja.kernel.messaging.jobs.dispatching import dispatch, gauge, hand_over_due, sweep
from pamoja.kernel.messaging.jobs.listening import hear_out, listen, listen_again

__all__ = [
    "dispatch",
    "gauge",
    "hand_over_due",
    "hear_out",
    "listen",
    "listen_again",
    "look_after_templates",
    "spread",
    "sweep",
]
