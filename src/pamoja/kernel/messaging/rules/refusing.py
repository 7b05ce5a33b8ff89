"""How the kernel says no in a conversation, where somebody does not read English; products bring their own words."""

from __future__ import annotations

from collections.abc import Mapping

from pamoja.foundation.errors import Refusal

_SWAHILI: dict[str, str] = {
    "not_allowed": "Huna ruhusa ya kufanya hivi.",
    "identity.too_many_tries": "Umejaribu mara nyingi mno. Kwa usalama wako, subiri kidogo kisha ujaribu tena.",
    "identity.membership_suspended": "Uanachama wako umesimamishwa. Tafadhali waulize wasimamizi wa jumuiya.",
    "identity.name_missing": "Tafadhali tuambie tukuite nani.",
    "payments.phone_missing": "Tafadhali ongeza nambari yako ya simu kwenye wasifu wako kwanza.",
    "payments.phone_unfit": "Hii si nambari ya simu ya mkononi ya Kenya. Iandike kama 0712 345 678.",
    "payments.currency_not_carried": "Njia hii ya malipo haitumii sarafu hiyo.",
    "payments.collection_under_way": "Malipo haya yanaombwa tayari. Yakamilishe kwenye simu yako, au subiri dakika "
    "chache.",
    "payments.method_missing": "Tafadhali ongeza njia ya kulipa kwanza, kama vile kadi.",
    "payments.method_not_found": "Hakuna njia kama hiyo ya kulipa.",
    "payments.method_unusable": "Njia hii ya kulipa haiwezi kutumika sasa. Tafadhali chagua nyingine.",
    "ledger.insufficient_funds": "Pesa hazitoshi: zilizopo ni {available}, zinazohitajika ni {asked}.",
}
_UNKNOWN = "Samahani, hili halikuwezekana. ({sentence})"


def say_in_swahili(sentences: Mapping[str, str]) -> None:
    """How these refusals, by their code, are said in Swahili; `{name}` is filled from the refusal's data."""
    _SWAHILI.update(sentences)


def is_said_in_swahili(code: str) -> bool:
    """Whether somebody has words for it."""
    return code in _SWAHILI


def told(refusal: Refusal, language: str) -> str:
    """The refusal as this person reads it; in English where there are no other words, and then saying so kindly."""
    if language != "sw":
        return refusal.sentence
    words = _SWAHILI.get(refusal.code)
    return words.format(**refusal.data) if words else _UNKNOWN.format(sentence=refusal.sentence)
