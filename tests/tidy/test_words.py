"""Refusals, facts and constraints are words of the public interface, and are chosen with care."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from typing import get_args

import pytest
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


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda each: each.__qualname__)
def test_a_refusal_is_a_sentence_with_a_stable_code(refusal: type[Refusal]) -> None:
    sentence = (refusal.__doc__ or "").split("\n\n")[0].strip()

    assert sentence.endswith((".", "?")), "a person reads the docstring: end it as a sentence"
    assert refusal.kind in get_args(Kind)
    if "foundation" not in refusal.__module__:
        assert refusal.code.startswith((_package(refusal) + ".", "invalid")), "a code begins with its package"
    assert re.fullmatch(r"[a-z_]+(\.[a-z0-9_]+)?", refusal.code)


def test_no_two_refusals_share_a_code() -> None:
    shared = [
        code for code, times in Counter(each.code for each in REFUSALS if "code" in vars(each)).items() if times > 1
    ]

    assert not shared


@pytest.mark.parametrize("event", EVENTS, ids=lambda each: each.__qualname__)
def test_a_fact_is_frozen_named_and_worded(event: type[Event]) -> None:
    assert dataclasses.is_dataclass(event)
    assert event.__dataclass_params__.frozen, "what happened does not change"  # type: ignore[attr-defined]  # set by dataclass
    assert event.name.startswith(_package(event) + "."), "a name begins with its package"
    assert event.sentence.endswith("."), "a feed shows the sentence"
    fields = {each.name for each in dataclasses.fields(event)}
    for word in re.findall(r"\{(\w+)\}", event.sentence):
        assert word == "by" or word in fields or f"{word}_id" in fields, f"{{{word}}} stands for no field"


def test_no_two_facts_share_a_name() -> None:
    shared = [name for name, times in Counter(each.name for each in EVENTS).items() if times > 1]

    assert not shared


@pytest.mark.parametrize("model", MODELS, ids=lambda each: each._meta.label)
def test_constraints_and_indexes_begin_with_their_table(model: type) -> None:
    meta = model._meta  # type: ignore[attr-defined]  # every model has it
    named = [each.name for each in [*meta.constraints, *meta.indexes]]

    assert not [name for name in named if not name.startswith(meta.db_table.removesuffix("s"))]
    assert not meta.unique_together, "a unique constraint has a name of its own"
