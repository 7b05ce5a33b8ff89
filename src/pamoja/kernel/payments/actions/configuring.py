"""How a community wants to be paid: its rails, when members are asked again, and the account they transfer to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action
from pamoja.foundation.events import announce
from pamoja.kernel.communities.public import current_community_id
from pamoja.kernel.payments.actions.reviewing import MANAGE
from pamoja.kernel.payments.errors import RailUnknown
from pamoja.kernel.payments.errors.showing import DaysUnsound, HoursUnsound, NoRailLeft
from pamoja.kernel.payments.events.community import PaymentSettingsChanged
from pamoja.kernel.payments.models import PaymentSettings
from pamoja.kernel.payments.rules import rails as facts

_SAID = {
    "rails": "its rails and their order",
    "attempts_max": "how often members are asked",
    "delays_s": "the waits between attempts",
    "from_hour": "the hours",
    "until_hour": "the hours",
    "weekdays": "the days of the week",
    "paydays": "the paydays",
    "bank_account": "the account that members transfer to",
}


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a community chooses; None and empty follow the installation. Units: hours of the member's day, seconds."""

    rails: Sequence[str]
    attempts_max: int | None = None
    delays_s: Mapping[str, Sequence[int]] = field(default_factory=dict)
    from_hour: int | None = None
    until_hour: int | None = None
    weekdays: Sequence[int] = ()
    paydays: Sequence[int] = ()
    bank_account: Mapping[str, str] = field(default_factory=dict)


@action
def change_payment_settings(*, by: Actor, choices: Choices) -> PaymentSettings:
    """From now on; what is under way goes on as it began.

    Raises: NotAllowed, NoRailLeft, RailUnknown, HoursUnsound, DaysUnsound.
    """
    by.require(MANAGE)
    _check(choices)
    PaymentSettings.objects.get_or_create()
    row = PaymentSettings.objects.select_for_update().get()
    wanted = {
        "rails": list(dict.fromkeys(choices.rails)),
        "attempts_max": choices.attempts_max,
        "delays_s": {rail: list(waits) for rail, waits in choices.delays_s.items() if waits},
        "from_hour": choices.from_hour,
        "until_hour": choices.until_hour,
        "weekdays": sorted(set(choices.weekdays)),
        "paydays": sorted(set(choices.paydays)),
        "bank_account": dict(choices.bank_account),
    }
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, wanted[name])
    row.changed_at = clock.now()
    row.save(update_fields=[*changed, "changed_at"])
    what = ", ".join(dict.fromkeys(_SAID[name] for name in changed))
    announce(PaymentSettingsChanged(community_id=current_community_id(), what=what))
    return row


def _check(choices: Choices) -> None:
    if not choices.rails:
        raise NoRailLeft(field="rails")
    for name in choices.rails:
        facts.facts_of(name)
    for name in choices.delays_s:
        if name not in facts.FACTS:
            raise RailUnknown(rail=name)
    begins = settings.PAMOJA.payments_from_hour if choices.from_hour is None else choices.from_hour
    ends = settings.PAMOJA.payments_until_hour if choices.until_hour is None else choices.until_hour
    if not 0 <= begins < ends <= 24:
        raise HoursUnsound(field="until_hour")
    if not all(1 <= day <= 31 for day in choices.paydays) or not all(0 <= day <= 6 for day in choices.weekdays):
        raise DaysUnsound(field="paydays")
