"""Lets phones answer their prompts by themselves, the same way every time for one seed."""

import random
from typing import Any

from pamoja.sandbox.answers import BadInput, seconds, whole
from pamoja.sandbox.mpesa.checks import MSISDN
from pamoja.sandbox.mpesa.known import RESULT_TEXTS
from pamoja.sandbox.world import World

NAMED = {"cancel": "1032", "wrong_pin": "2001", "unreachable": "1037", "insufficient": "1"}
ANSWERS = ("off", "pin", "ignore", "rules", "mix", *NAMED)
OFF: dict[str, Any] = {"answer": "off", "delay_s": 0.0, "phones": "all", "per_phone": {}, "mix": {}, "seed": 1}

SELF_ANSWERING_PREFIX = "25479999"
NEVER = "4999"
BY_LAST_FOUR = {
    code.zfill(4): code
    for code in ("1", "2", "3", "4", "8", "17", "1001", "1019", "1025", "1032", "1037", "2001", "2028", "8006", "9999")
}
BY_LAST_TWO_OF_AMOUNT = {1: "1", 17: "17", 19: "1019", 20: "2001", 25: "1025", 32: "1032", 37: "1037"}


def settings(world: World) -> dict[str, Any]:
    kept: dict[str, Any] = world.store.setting("autopilot", OFF)
    return kept


def change(world: World, wishes: dict[str, Any]) -> dict[str, Any]:
    """Sets the autopilot; what is not named is as in `OFF`. Raises: BadInput, and then nothing has changed."""
    unknown = set(wishes) - set(OFF)
    if unknown:
        raise BadInput(
            f"The autopilot has no {', '.join(sorted(unknown))}. It has: {', '.join(OFF)}.", field=min(unknown)
        )
    mix = _mix(wishes.get("mix", {}))
    changed: dict[str, Any] = {
        "answer": _answer(wishes.get("answer", "off")),
        "delay_s": seconds(wishes.get("delay_s", 0.0), field="delay_s"),
        "phones": _phones(wishes.get("phones", "all")),
        "per_phone": _per_phone(wishes.get("per_phone", {})),
        "mix": mix,
        "seed": whole(wishes.get("seed", 1), field="seed", most=2**63),
    }
    if not mix and "mix" in (changed["answer"], *(plan["answer"] for plan in changed["per_phone"].values())):
        raise BadInput('Say how to mix, such as {"pin": 9, "cancel": 1}.', field="mix")
    world.store.keep_setting("autopilot", changed)
    return changed


def decision(world: World, *, msisdn: str, amount_kes: int, nth: int) -> tuple[str, float] | None:
    """How the phone answers its `nth` prompt, and after how many seconds; None leaves it to people."""
    if msisdn.startswith(SELF_ANSWERING_PREFIX):
        return _by_rules(msisdn, amount_kes=0), 0.0
    now = settings(world)
    plan = now["per_phone"].get(msisdn)
    if plan is None and (now["phones"] == "all" or msisdn in now["phones"]):
        plan = now
    if plan is None or plan["answer"] == "off":
        return None
    return _resolved(plan["answer"], now, msisdn, amount_kes, nth), float(plan["delay_s"])


def _resolved(answer: str, now: dict[str, Any], msisdn: str, amount_kes: int, nth: int) -> str:
    if answer == "mix":
        dice = random.Random(f"{now['seed']}:autopilot:{msisdn}:{nth}")  # noqa: S311 - repeatable on purpose
        answer = dice.choices(list(now["mix"]), weights=list(now["mix"].values()))[0]
    if answer == "rules":
        return _by_rules(msisdn, amount_kes)
    return NAMED.get(answer, answer)


def _by_rules(msisdn: str, amount_kes: int) -> str:
    last_four = msisdn[-4:]
    if last_four == NEVER:
        return "never"
    return BY_LAST_FOUR.get(last_four) or BY_LAST_TWO_OF_AMOUNT.get(amount_kes % 100) or "pin"


def _answer(value: Any) -> str:
    if isinstance(value, str) and (value in ANSWERS or value in RESULT_TEXTS):
        return value
    raise BadInput(f"An answer is one of: {', '.join(ANSWERS)}, or a result code such as 1019.", field="answer")


def _phones(value: Any) -> str | list[str]:
    if value == "all" or (
        isinstance(value, list) and all(isinstance(one, str) and MSISDN.fullmatch(one) for one in value)
    ):
        return value  # type: ignore[no-any-return]  # checked above
    raise BadInput('phones is "all" or a list of numbers such as 254712345678.', field="phones")


def _per_phone(value: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(value, dict) or not all(MSISDN.fullmatch(msisdn) for msisdn in value):
        raise BadInput("per_phone is an object from numbers such as 254712345678 to answers.", field="per_phone")
    plans = {msisdn: plan if isinstance(plan, dict) else {"answer": plan} for msisdn, plan in value.items()}
    return {
        msisdn: {
            "answer": _answer(plan.get("answer", "off")),
            "delay_s": seconds(plan.get("delay_s", 0.0), field="delay_s"),
        }
        for msisdn, plan in plans.items()
    }


def _mix(value: Any) -> dict[str, float]:
    if not isinstance(value, dict):
        raise BadInput('mix is an object of weights, such as {"pin": 9, "cancel": 1}.', field="mix")
    mix = {_answer(answer): seconds(weight, field="mix") for answer, weight in value.items()}
    if "mix" in mix or "off" in mix or (mix and sum(mix.values()) <= 0):
        raise BadInput("A mix holds answers other than mix and off, with weights above 0.", field="mix")
    return mix
