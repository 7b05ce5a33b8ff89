"""One dispatcher of a simulation, in a process of its own so that it can be killed at any line."""

from __future__ import annotations

import sys
import time
from datetime import timedelta

import django

PAUSE_S = 0.02


def run(lease_s: float) -> None:
    """Sweeps without end. The lease is short, for nobody wants to wait five minutes for what a kill left
    behind; but longer than any hand-over, or a slow one would be given to two.
    """
    django.setup()
    from django.conf import settings

    from pamoja.kernel.messaging.jobs import sweep
    from pamoja.kernel.messaging.queries import outbox
    from pamoja.site import clock_follower

    outbox.LEASE = timedelta(seconds=lease_s)
    clock_follower.follow(settings.PAMOJA.clock_url)
    while True:
        sweep()
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    run(float(sys.argv[1]))
