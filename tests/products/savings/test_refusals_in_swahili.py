"""Who writes in Swahili reads in Swahili why something cannot be done."""

from __future__ import annotations

import re

import pytest

from pamoja.foundation.errors import Refusal
from pamoja.kernel.identity.errors import MembershipSuspended
from pamoja.kernel.messaging.rules.refusing import is_said_in_swahili, told
from pamoja.products.savings import chat  # noqa: F401 - it registers its words
from pamoja.products.savings.actions import collecting, contributing, inviting, joining
from pamoja.products.savings.errors import CircleFull, SwapNotFound

# What chat calls; each says in its docstring what it refuses.
DEEDS = (
    joining.join_by_invitation,
    inviting.take_code_try,
    collecting.pay_by_phone,
    contributing.pay_from_wallet,
)


def refusals() -> list[type[Refusal]]:
    """All that any package knows, once each."""
    found, left = [], [Refusal]
    while left:
        each = left.pop()
        left += each.__subclasses__()
        found.append(each)
    return found


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_each_thing_that_a_conversation_refuses_has_words(deed: object) -> None:
    said = re.search(r"Raises[^:]*:(.*)", str(deed.__doc__), re.DOTALL)
    assert said is not None
    by_name = {each.__name__: each for each in refusals()}
    named = [by_name[name] for name in re.findall(r"\b[A-Z]\w+", said[1]) if name in by_name]

    assert named
    assert [each.__name__ for each in named if not is_said_in_swahili(each.code)] == []


def test_fills_in_what_the_refusal_knows() -> None:
    assert told(CircleFull(members_max=12), "sw") == "Mduara huu umejaa: nafasi zote 12 zimechukuliwa."
    assert told(CircleFull(members_max=12), "en") == CircleFull(members_max=12).sentence
    assert told(MembershipSuspended(), "sw").startswith("Uanachama wako")


def test_what_has_no_words_is_told_kindly_all_the_same() -> None:
    assert told(SwapNotFound(), "sw") == f"Samahani, hili halikuwezekana. ({SwapNotFound().sentence})"
