"""The first page: what waits for an answer, and the latest of everything."""

from starlette.requests import Request
from starlette.responses import Response

from pamoja.sandbox.console.frame import page
from pamoja.sandbox.faults import CATALOGUE
from pamoja.sandbox.mpesa import autopilot
from pamoja.sandbox.mpesa.statement import movements, proof
from pamoja.sandbox.world import world_of

TOPICS = ("phones", "mail", "requests", "clock", "statement", "faults", "stripe", "bank", "push")
PROMPTS_SHOWN = 6


async def home(request: Request) -> Response:
    world = world_of(request)
    prompts = world.store.all(
        """SELECT prompt.*, subscriber.name AS person, organisation.name AS business
           FROM prompt JOIN subscriber USING (msisdn) JOIN organisation USING (shortcode)
           WHERE answered_at IS NULL AND shown ORDER BY prompt.id LIMIT ?""",
        PROMPTS_SHOWN,
    )
    return page(
        request,
        "home.html",
        prompts=prompts,
        people=world.store.all("SELECT * FROM subscriber ORDER BY created_at DESC, msisdn LIMIT 5"),
        letters=world.mailbox.letters(limit=4),
        movements=movements(world, {}, newest_first=True, limit=5),
        proof=proof(world),
        requests=world.log.find(limit=6),
        autopilot=autopilot.settings(world),
        switches=[switch for switch in world.faults.switches() if switch.is_on],
        titles={kind: fault.title for kind, fault in CATALOGUE.items()},
    )


async def events(request: Request) -> Response:
    """Wakes any page of the console except a phone's when something it may show has changed."""
    return world_of(request).live.stream(*TOPICS)
