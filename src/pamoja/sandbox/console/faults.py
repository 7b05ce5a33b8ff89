"""The switches of what goes wrong."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pamoja.sandbox.answers import BadInput, whole
from pamoja.sandbox.console.frame import back, form_of, page
from pamoja.sandbox.faults import ANSWER, BOOKS, CALLBACK, CATALOGUE, GATE, MESSAGE, SCOPES, STRIPE, TRUTH
from pamoja.sandbox.world import world_of

SETTINGS: dict[str, dict[str, Any]] = {
    "off": {},
    "next": {"next": 1},
    "next 5": {"next": 5},
    "1 in 20": {"probability": 0.05},
    "1 in 5": {"probability": 0.2},
    "1 in 2": {"probability": 0.5},
    "always": {"probability": 1.0},
}
GROUPS = (
    ("At the gate", "The request is refused or lost; nothing happens.", GATE),
    ("The answer", "It happened, but the platform does not hear so.", ANSWER),
    ("The callback", "What is told of it, how often, when and by whom.", CALLBACK),
    ("The outcome", "Reports that contradict each other, or the truth.", TRUTH),
    ("Stripe", "What only Stripe does: kept errors, keys, signatures, bursts of declines.", STRIPE),
    ("The books", "Lists by which the platform checks itself against its providers.", BOOKS),
    ("Messages", "WhatsApp and text messages have troubles of their own.", MESSAGE),
)


async def show_faults(request: Request) -> Response:
    faults = world_of(request).faults
    switches = {switch.kind: switch for switch in faults.switches()}
    return page(
        request,
        "faults.html",
        groups=GROUPS,
        switches=switches,
        settings=SETTINGS,
        scopes=SCOPES,
        seed=faults.seed,
        now_set=_now_set,
    )


def _now_set(switch: Any) -> str:
    """How a switch is set, in the words of `SETTINGS` where there are any."""
    if switch.count:
        return {1: "next", 5: "next 5"}.get(switch.count, f"next {switch.count}")
    for words, setting in SETTINGS.items():
        if switch.probability and setting.get("probability") == switch.probability:
            return words
    return f"{switch.probability:.0%}" if switch.probability else "off"


async def set_fault(request: Request) -> Response:
    form, faults = await form_of(request), world_of(request).faults
    kind = request.path_params["kind"]
    if form.get("setting") not in SETTINGS:
        raise BadInput("Choose how often.", field="setting")
    numbers = {name: form[name] for name in (CATALOGUE[kind].numbers if kind in CATALOGUE else ()) if form.get(name)}
    faults.set_one(kind, SETTINGS[form["setting"]] | {"scope": form.get("scope", "all")} | numbers)
    world_of(request).live.publish("faults")
    return back(request, "/faults")


async def all_off(request: Request) -> Response:
    world_of(request).faults.set_all({})
    world_of(request).live.publish("faults")
    return back(request, "/faults")


async def set_seed(request: Request) -> Response:
    form, faults = await form_of(request), world_of(request).faults
    faults.sow(whole(form.get("seed"), field="seed", most=2**63))
    return back(request, "/faults")
