"""Decides what goes wrong, and when: a catalogue of faults, each with a chance or a count, repeatable from one seed.

Whether a fault strikes depends on the seed, the fault, the phone and how often that phone was tried, never on what
other phones do in between: the same run gives the same faults.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from pamoja.sandbox.answers import BadInput, whole
from pamoja.sandbox.store import Store

# Every channel that a fault can strike, as the switches name it.
SCOPES = {
    "all": "Every channel",
    "stk": "Push",
    "b2c": "Payout",
    "reversal": "Reversal",
    "c2b": "Payment by menu",
    "message": "Messages",
    "stripe": "Stripe",
    "pull": "M-PESA lists",
    "bank": "Bank",
    "push": "Browsers",
}
COMMANDS = ("b2c", "reversal")
MPESA = ("stk", *COMMANDS)
MONEY = (*MPESA, "stripe")
LISTS = ("stripe", "pull", "bank")
EVERY = (*MONEY, "message")
TOLD = (*EVERY, "c2b")
ASKED = (*EVERY, "pull", "bank", "push")


@dataclass(frozen=True)
class Fault:
    """One kind of trouble: what it does, which channels it can strike, and its numbers with their defaults."""

    kind: str
    title: str
    says: str
    scopes: tuple[str, ...] = MPESA
    numbers: dict[str, int] = field(default_factory=dict)


GATE = (
    Fault("token_expires", "Token expires", "The access token is refused although its time is not up."),
    Fault("spike_arrest", "Spike arrest", "The gateway answers 500.003.02 and does nothing."),
    Fault("too_many_requests", "Quota (429)", "The gateway answers 429 and does nothing.", ASKED),
    Fault("internal_error", "Internal error", "The gateway answers 500 and does nothing.", ASKED),
    Fault("html_error", "Error page", "A proxy answers 502 with a page of HTML instead of JSON.", ASKED),
    Fault("request_lost", "Request lost", "The line is closed without an answer; nothing was done.", ASKED),
    Fault("slow_answer", "Slow answer", "The answer comes late, in real time.", ASKED, {"delay_ms": 3000}),
)
ANSWER = (
    Fault(
        "answer_lost",
        "Answer lost",
        "The line is closed without an answer although it happened: prompt shown, card charged, payout taken.",
        (*EVERY, "bank"),
    ),
)
CALLBACK = (
    Fault(
        "callback_before_answer",
        "Callback before the answer",
        "The callback arrives before the request is answered.",
        ("stk", "stripe"),
    ),
    Fault("callback_lost", "Callback lost", "The callback is never sent.", TOLD),
    Fault(
        "callback_duplicated",
        "Callback duplicated",
        "The callback is sent several times at once.",
        TOLD,
        {"times": 3},
    ),
    Fault("callback_late", "Callback late", "The callback is sent hours later, by the clock.", TOLD, {"delay_s": 7200}),
    Fault(
        "callback_reordered",
        "Callbacks reordered",
        "The callback waits until the next one has overtaken it.",
        TOLD,
        {"wait_s": 30},
    ),
    Fault(
        "callback_wrong_amount",
        "Wrong amount",
        "The callback reports another amount than was paid.",
        MONEY,
        {"more_kes": 1},
    ),
    Fault(
        "callback_as_text",
        "Numbers as text",
        "Codes and amounts are text where they are numbers, and the other way round.",
    ),
    Fault(
        "forged_unknown",
        "Forged, unknown",
        "A stranger, or a signature with another's secret, reports success for ids nobody issued.",
        (*MONEY, "c2b"),
    ),
    Fault(
        "forged_success",
        "Forged success",
        "A stranger, or a signature with another's secret, reports success for this payment.",
        MONEY,
    ),
    Fault(
        "unknown_result_code",
        "Unknown result code",
        "The payment ends with a code that nobody documents; no money moves.",
        numbers={"code": 7531},
    ),
)
TRUTH = (
    Fault(
        "late_success",
        "Success after 1037",
        "Reported as timed out, yet paid: the success is told hours later.",
        ("stk",),
        {"delay_s": 7200},
    ),
    Fault(
        "query_lags",
        "Query lags",
        "The query says “being processed” although the callback has been sent.",
        ("stk",),
        {"delay_s": 30},
    ),
    Fault("also_c2b", "Told twice", "A push payment is also confirmed as C2B, with the same receipt.", ("stk",)),
    Fault(
        "result_parameter_object",
        "One parameter, no list",
        "ResultParameter is an object with one key, ReferenceItem a list.",
        COMMANDS,
    ),
    Fault(
        "timeout_after_effect",
        "Time-out after the effect",
        "The payout or reversal is made, but only a queue time-out is told.",
        COMMANDS,
    ),
    Fault(
        "timeout_without_effect",
        "Time-out without effect",
        "No money moves, and only a queue time-out is told.",
        COMMANDS,
    ),
)
STRIPE = (
    Fault("lock_timeout", "Lock time-out", "It answers 429 lock_timeout and does nothing.", ("stripe",)),
    Fault(
        "idempotency_conflict",
        "Key in use",
        "A POST with a key is answered 409 idempotency_key_in_use; nothing was done.",
        ("stripe",),
    ),
    Fault(
        "error_without_effect",
        "500, kept",
        "Nothing is done and 500 answered; the same idempotency key hears it again for a day.",
        ("stripe",),
    ),
    Fault(
        "error_after_effect",
        "500 after the effect",
        "It is done, yet 500 answered; the same idempotency key hears it again for a day.",
        ("stripe",),
    ),
    Fault(
        "stale_signature",
        "Old signature",
        "The webhook is also sent as a replay: rightly signed, but stamped an hour ago.",
        ("stripe",),
    ),
    Fault("stale_object", "Stale object", "The webhook carries the object as it was before the change.", ("stripe",)),
    Fault(
        "decline_burst",
        "Burst of declines",
        "A good card is declined, and so are the next ones, whoever's they are.",
        ("stripe",),
        {"times": 5},
    ),
)
BOOKS = (
    Fault("line_missing", "Line missing", "A provider's list leaves out its newest line, this time.", LISTS),
    Fault("line_extra", "Line too many", "A provider's list has a line for which no money moved.", LISTS),
)
MESSAGE = (
    Fault(
        "message_fails",
        "Message fails",
        "The message is accepted and then undelivered, with this code.",
        ("message",),
        {"code": 63018},
    ),
    Fault("read_before_delivered", "Read before delivered", "The later status is told first.", ("message",)),
    Fault(
        "signature_wrong",
        "Wrong signature",
        "What is told of a message, or a member writes, bears a signature that does not fit.",
        ("message",),
    ),
)
CATALOGUE = {fault.kind: fault for fault in (*GATE, *ANSWER, *CALLBACK, *TRUTH, *STRIPE, *BOOKS, *MESSAGE)}


@dataclass
class Switch:
    """How one fault is set: the next `count` times for certain, after that with `probability`."""

    kind: str
    probability: float = 0.0
    count: int = 0
    scope: str = "all"
    numbers: dict[str, int] = field(default_factory=dict)
    fired: int = 0

    @property
    def is_on(self) -> bool:
        return self.probability > 0 or self.count > 0


class Faults:
    """The switches, their seed, and the dice."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tries: Counter[tuple[str, str]] = Counter()
        self.seed: int = store.setting("faults.seed", 1)
        self._switches = {kind: Switch(kind, numbers=dict(fault.numbers)) for kind, fault in CATALOGUE.items()}
        for kept in store.setting("faults.switches", []):
            if kept["kind"] in CATALOGUE:
                self._switches[kept["kind"]] = Switch(**kept)

    def switches(self) -> list[Switch]:
        return list(self._switches.values())

    def strikes(self, kind: str, *, scope: str, subject: str) -> dict[str, int] | None:
        """The fault's numbers when it strikes `subject` now, else None; counts down and remembers."""
        switch = self._switches[kind]
        if not switch.is_on or scope not in CATALOGUE[kind].scopes or switch.scope not in ("all", scope):
            return None
        if switch.count > 0:
            switch.count -= 1
        elif not self._falls(switch, subject):
            return None
        switch.fired += 1
        self._keep()
        return switch.numbers

    def strike(self, faults: tuple[Fault, ...], *, scope: str, subject: str) -> dict[str, dict[str, int]]:
        """Which of `faults` strike `subject` now, each with its numbers."""
        if not any(switch.is_on for switch in self._switches.values()):
            return {}
        found = {fault.kind: self.strikes(fault.kind, scope=scope, subject=subject) for fault in faults}
        return {kind: numbers for kind, numbers in found.items() if numbers is not None}

    def _falls(self, switch: Switch, subject: str) -> bool:
        tries = self._tries[switch.kind, subject]
        self._tries[switch.kind, subject] += 1
        dice = random.Random(f"{self.seed}:{switch.kind}:{subject}:{tries}")  # noqa: S311 - repeatable on purpose
        return dice.random() < switch.probability

    def set_all(self, wishes: dict[str, Any], *, seed: int | None = None) -> None:
        """Sets the named faults and turns all others off. Raises: BadInput, and then nothing has changed."""
        fresh = {kind: Switch(kind, numbers=dict(fault.numbers)) for kind, fault in CATALOGUE.items()}
        self._switches = fresh | {kind: _switch(kind, wish) for kind, wish in wishes.items()}
        if seed is not None:
            self.seed = seed
        self._tries.clear()
        self._keep()

    def set_one(self, kind: str, wish: Any) -> None:
        """Raises: BadInput, and then nothing has changed."""
        switch = _switch(kind, wish)
        switch.fired = self._switches[kind].fired
        self._switches[kind] = switch
        self._keep()

    def sow(self, seed: int) -> None:
        """Starts the dice anew from `seed`; the switches stay."""
        self.seed = seed
        self._tries.clear()
        self._keep()

    def _keep(self) -> None:
        self._store.keep_setting("faults.seed", self.seed)
        self._store.keep_setting(
            "faults.switches", [vars(switch) for switch in self._switches.values() if switch.is_on or switch.fired]
        )

    def as_json(self) -> dict[str, Any]:
        described = {
            switch.kind: {
                "title": CATALOGUE[switch.kind].title,
                "says": CATALOGUE[switch.kind].says,
                "scopes": list(CATALOGUE[switch.kind].scopes),
                "probability": switch.probability,
                "next": switch.count,
                "scope": switch.scope,
                "fired": switch.fired,
                **switch.numbers,
            }
            for switch in self._switches.values()
        }
        return {"seed": self.seed, "faults": described}


def _switch(kind: str, wish: Any) -> Switch:
    if kind not in CATALOGUE:
        raise BadInput(f"There is no fault {kind}. There are: {', '.join(CATALOGUE)}.", field=kind)
    if not isinstance(wish, dict):
        wish = {"probability": wish}
    fault = CATALOGUE[kind]
    unknown = set(wish) - {"probability", "next", "scope", *fault.numbers}
    if unknown:
        raise BadInput(f"{kind} has no {', '.join(sorted(unknown))}.", field=kind)
    probability, scope = wish.get("probability", 0.0), wish.get("scope", "all")
    if isinstance(probability, bool) or not isinstance(probability, int | float) or not 0 <= probability <= 1:
        raise BadInput("probability must be a number from 0 to 1.", field=kind)
    if scope not in SCOPES or (scope != "all" and scope not in fault.scopes):
        raise BadInput(f"The scope of {kind} is all, {' or '.join(fault.scopes)}.", field=kind)
    numbers = {name: whole(wish.get(name, usual), field=name, most=10**8) for name, usual in fault.numbers.items()}
    if "times" in numbers:
        numbers["times"] = min(numbers["times"], 50)
    return Switch(kind, float(probability), whole(wish.get("next", 0), field="next", most=10**6), scope, numbers)
