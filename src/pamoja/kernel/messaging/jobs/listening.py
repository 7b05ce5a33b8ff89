"""Working off what was heard: reports are applied, what people wrote is understood, done and answered."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import OperationalError

from pamoja.foundation.jobs import every, job
from pamoja.kernel.communities.public import each_community
from pamoja.kernel.messaging import actions
from pamoja.kernel.messaging.queries.conversing import is_anything_waiting
from pamoja.kernel.messaging.rules.phrases import phrase
from pamoja.kernel.messaging.rules.saying import Answer

log = logging.getLogger("pamoja.messaging")

BATCH = 50
# A product that sends a conversation round in circles is stopped here.
STEPS_MAX = 5


@job("messaging.listen", queue="messages", retries=False)
def listen() -> None:
    """Work off what the entered community has heard. The hot path queues it once; what fails is left to the sweep."""
    while actions.note_reports(limit=BATCH) == BATCH:
        pass
    while taken := actions.take_up(limit=BATCH):
        for heard_id in taken:
            _hear_or_set_aside(heard_id)


@every(seconds=5, name="messaging.listen_again")
def listen_again() -> None:
    """Take up what a killed worker left; trouble in one community does not keep the others waiting."""
    troubles = []
    for community in each_community():
        try:
            if is_anything_waiting():
                listen()
        except Exception as trouble:
            log.exception("What was heard could not be worked off", extra={"community": community.slug})
            troubles.append(trouble)
    if troubles:
        raise ExceptionGroup("messages were not heard everywhere", troubles)


def _hear_or_set_aside(heard_id: UUID) -> None:
    try:
        hear_out(heard_id)
    except OperationalError:
        raise  # the database went away: another time it may be there
    except Exception:
        log.exception("What somebody wrote could not be understood", extra={"heard": str(heard_id)})
        actions.set_aside(heard_id=heard_id)


def hear_out(heard_id: UUID) -> None:
    """Understand one message and do what it asks, step by step; nothing here is done twice."""
    actions.understand(heard_id=heard_id)
    for _ in range(STEPS_MAX):
        errand = actions.next_errand(heard_id)
        if errand is None:
            return
        try:
            said = actions.run(errand)
        except Exception:
            # A bug in a product's answer must not leave somebody without one, nor stop those behind them.
            log.exception("What somebody asked could not be done", extra={"intent": errand.do.intent})
            said = Answer(phrase(errand.language, "trouble"))
        actions.answer(heard_id=heard_id, step=errand.step, answer=said)
