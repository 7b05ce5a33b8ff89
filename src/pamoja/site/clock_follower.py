"""Keeps the platform's clock at the sandbox's, so that one switch in its console turns the time of the whole demo."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

import httpx

from pamoja.foundation import clock

log = logging.getLogger("pamoja.clock")
LOOK_EVERY_SECONDS = 1.0


def follow(url: str) -> Callable[[], None]:
    """Looks at this address every second until the returned function is called; nothing happens without one."""
    over = threading.Event()
    if url:
        threading.Thread(target=_follow, args=(url, over), name="clock follower", daemon=True).start()
    return over.set


def _follow(url: str, over: threading.Event) -> None:
    with httpx.Client(timeout=2) as client:
        while not over.is_set():
            try:
                ahead = timedelta(seconds=float(client.get(url).json()["offset_s"]))
            except (httpx.HTTPError, ValueError, KeyError):
                pass  # the sandbox is starting or stopping; time goes on meanwhile
            else:
                # Below a second it is jitter, and turning would make time stutter.
                if abs(ahead - clock.offset()) >= timedelta(seconds=1):
                    clock.turn_by(ahead)
                    log.info("The clock was turned", extra={"ahead_s": ahead.total_seconds()})
            over.wait(LOOK_EVERY_SECONDS)
