"""Refusals, facts and constraints are words of the public interface, and are chosen with care."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Callable
from typing import get_args

from django.apps import apps

from pamoja.foundation.errors import Kind, Refusal
from pamoja.foundation.events import Event


def _all(kind: type) -> list[type]:
    found = []
    for each in kind.__subclasses__():
        if each.__module__.startswith("pamoja."):
            found.append(each)
        found.extend(_all(each))
    return sorted(set(found), key=lambda each: each.__qualname__)


def _package(kind: type) -> str:
    parts = kind.__module__.split(".")
    return parts[2] if parts[1] in {"kernel", "products", "foundation"} else parts[1]


REFUSALS = [each for each in _all(Refusal) if each.__doc__]
EVENTS = [each for each in _all(Event) if "name" in vars(each)]
MODELS = [each for each in apps.get_models() if each.__module__.startswith("pamoja.")]


def test_a_refusal_is_a_sentence_with_a_stable_code() -> None:
    assert not _broken(REFUSALS, _of_refusal)


def _broken(words: list[type], checked: Callable[[type], dict[str, bool]]) -> list[str]:
    """What is wrong with each, all at once: hundreds of specifications of a line would cost more than they read."""
    return [
        f"{each.__module__}.{each.__qualname__}: {rule}"
        for each in words
        for rule, holds in checked(each).items()
        if not holds
    ]


def _of_refusal(refusal: type[Refusal]) -> dict[str, bool]:
    sentence = (refusal.__doc__ or "").split("\n\n")[0].strip()
    begins = (_package(refusal) + ".", "invalid")
    return {
        "a person reads the docstring: end it as a sentence": sentence.endswith((".", "?")),
        "its kind is one of those there are": refusal.kind in get_args(Kind),
        "a code begins with its package": "foundation" in refusal.__module__ or refusal.code.startswith(begins),
        "a code is small letters with one dot": bool(re.fullmatch(r"[a-z_]+(\.[a-z0-9_]+)?", refusal.code)),
    }


def test_no_two_refusals_share_a_code() -> None:
    shared = [
        code for code, times in Counter(each.code for each in REFUSALS if "code" in vars(each)).items() if times > 1
    ]

    assert not shared


def test_a_fact_is_frozen_named_and_worded() -> None:
    assert not _broken(EVENTS, _of_fact)


def _of_fact(event: type[Event]) -> dict[str, bool]:
    parameters = getattr(event, "__dataclass_params__", None)
    fields = {each.name for each in dataclasses.fields(event)}
    words = re.findall(r"\{(\w+)\}", event.sentence)
    return {
        "what happened does not change: freeze the dataclass": bool(parameters and parameters.frozen),
        "a name begins with its package": event.name.startswith(_package(event) + "."),
        "a feed shows the sentence: end it as one": event.sentence.endswith("."),
        **{f"{{{word}}} stands for no field": word == "by" or bool({word, f"{word}_id"} & fields) for word in words},
    }


def test_no_two_facts_share_a_name() -> None:
    shared = [name for name, times in Counter(each.name for each in EVENTS).items() if times > 1]

    assert not shared


def test_constraints_and_indexes_begin_with_their_table() -> None:
    assert not _broken(MODELS, _of_model)


def _of_model(model: type) -> dict[str, bool]:
    meta = model._meta  # type: ignore[attr-defined]  # every model has it
    table = meta.db_table.removesuffix("s")
    named = [each.name for each in [*meta.constraints, *meta.indexes]]
    return {
        "a unique constraint has a name of its own": not meta.unique_together,
        **{f"{name!r} does not begin with its table": name.startswith(table) for name in named},
    }
