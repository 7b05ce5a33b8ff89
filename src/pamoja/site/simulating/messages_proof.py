"""What really came to whom, and when: the outside world's own list beside what was to be said."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from pamoja.kernel.messaging.models import Message
from pamoja.kernel.messaging.rules import WITH_PROVIDER, State
from pamoja.site.config import Config
from pamoja.site.simulating.messages import LOUD_LATER, UNDER_WAY_S, Listener, Played, Saying

PAGE = 1000
NIGHT = (21, 7)
_NUMBER = re.compile(r"Note (\d+)\.")


@dataclass(frozen=True)
class Came:
    """One message that the provider took: which, to whom, in which order, and when (to the second)."""

    number: int
    phone: str
    place: int
    at: datetime
    sender: str


@dataclass(frozen=True)
class Proof:
    """The figures. Latencies are from due to the provider's answer; `calm` are those that the provider took at once."""

    said: int
    came: int
    lost: int
    doubled: int
    after_stop: int
    in_quiet_hours: int
    out_of_order: int
    withheld: int
    calm_p50_ms: float
    calm_p99_ms: float
    all_p99_ms: float
    rates: dict[str, tuple[float, int, float]]

    @property
    def holds(self) -> bool:
        return not (self.lost or self.doubled or self.after_stop or self.in_quiet_hours or self.out_of_order)

    def figures(self) -> dict[str, Any]:
        """For programs."""
        return {
            "lost": self.lost,
            "doubled": self.doubled,
            "after_stop": self.after_stop,
            "in_quiet_hours": self.in_quiet_hours,
            "out_of_order": self.out_of_order,
            "handover_p50_ms": round(self.calm_p50_ms),
            "handover_p99_ms": round(self.calm_p99_ms),
            "handover_with_faults_p99_ms": round(self.all_p99_ms),
            "said": self.said,
            "came": self.came,
            "withheld": self.withheld,
        }

    def lines(self) -> list[str]:
        """As a person reads it."""
        shares = [
            f"{sender}: {mean:.1f}/s on average, {most}/s at most, {mean / rate:.0%} of the {rate:.0f}/s it may"
            for sender, (mean, most, rate) in self.rates.items()
        ]
        return [
            f"{self.said} were to be said, {self.came} came, {self.withheld} were withheld after STOP.",
            f"Lost {self.lost}, doubled {self.doubled}, out of order {self.out_of_order}.",
            f"After STOP {self.after_stop}, in quiet hours {self.in_quiet_hours}.",
            f"Handed over after due: p50 {self.calm_p50_ms:.0f} ms, p99 {self.calm_p99_ms:.0f} ms.",
            f"With those that a fault or a kill held up: p99 {self.all_p99_ms:.0f} ms.",
            *shares,
        ]


def prove(config: Config, played: Played) -> Proof:
    """Ask both sides."""
    came = list(_came(config))
    by_number: dict[int, list[Came]] = defaultdict(list)
    for each in came:
        by_number[each.number].append(each)
    rows = {row.pk: row for row in Message.objects.only("state", "attempts", "due_at", "sent_at", "next_attempt_at")}
    said = [(listener, saying) for listener in played.listeners for saying in listener.sayings]
    stopped = [row for row in rows.values() if row.state == State.WITHHELD]
    calm, everything = _latencies(said, rows)
    return Proof(
        said=len(said),
        came=len(came),
        lost=sum(_is_lost(listener, saying, by_number, rows) for listener, saying in said),
        doubled=sum(len(times) - 1 for times in by_number.values()),
        after_stop=sum(
            each.at > listener.stopped_at + timedelta(seconds=UNDER_WAY_S)
            for listener, saying in said
            if listener.stopped_at
            for each in by_number[saying.number]
        ),
        in_quiet_hours=sum(
            _is_night(listener, each.at)
            for listener, saying in said
            if saying.kind in LOUD_LATER
            for each in by_number[saying.number]
        ),
        out_of_order=_out_of_order(played.listeners, by_number),
        withheld=len(stopped),
        calm_p50_ms=_quantile(calm, 0.5),
        calm_p99_ms=_quantile(calm, 0.99),
        all_p99_ms=_quantile(everything, 0.99),
        rates=_rates(config, played, came),
    )


def _came(config: Config) -> list[Came]:
    found: list[dict[str, Any]] = []
    auth = (config.twilio_account_sid, config.twilio_auth_token.get_secret_value())
    with httpx.Client(base_url=config.twilio_base_url, auth=auth, timeout=120) as world:
        page = f"/2010-04-01/Accounts/{config.twilio_account_sid}/Messages.json?PageSize={PAGE}"
        while page:
            listed = world.get(page).raise_for_status().json()
            found += listed["messages"]
            page = listed["next_page_uri"] or ""
    came = []
    for place, each in enumerate(reversed(found)):
        number = _NUMBER.search(each["body"])
        if each["direction"] != "inbound" and number:
            at = parsedate_to_datetime(each["date_created"])
            phone = each["to"].removeprefix("whatsapp:")
            came.append(Came(int(number[1]), phone, place, at, each["from"]))
    return came


def _is_lost(listener: Listener, saying: Saying, came: dict[int, list[Came]], rows: dict[Any, Message]) -> bool:
    """Neither with the provider nor withheld because its recipient said STOP; or ours says sent and theirs does not."""
    row = rows.get(saying.message_id)
    if row is None:
        return True
    if row.state == State.WITHHELD and listener.stopped_at:
        return False
    return not came[saying.number] or row.state not in WITH_PROVIDER


def _is_night(listener: Listener, at: datetime) -> bool:
    hour = at.astimezone(ZoneInfo(listener.zone)).hour
    return hour >= NIGHT[0] or hour < NIGHT[1]


def _out_of_order(listeners: list[Listener], came: dict[int, list[Came]]) -> int:
    wrong = 0
    for listener in listeners:
        places = [came[saying.number][0].place for saying in listener.sayings if came[saying.number]]
        wrong += sum(later < earlier for earlier, later in pairwise(places))
    return wrong


def _latencies(said: list[tuple[Listener, Saying]], rows: dict[Any, Message]) -> tuple[list[float], list[float]]:
    """Without who slept: their messages were due in the night, and wait for the morning by design."""
    calm, everything = [], []
    for listener, saying in said:
        row = rows.get(saying.message_id)
        if row is None or row.sent_at is None or (saying.kind in LOUD_LATER and _is_night(listener, row.due_at)):
            continue
        late_ms = (row.sent_at - row.due_at).total_seconds() * 1000
        everything.append(late_ms)
        if row.attempts == 1 and saying is listener.sayings[0]:
            calm.append(late_ms)
    return sorted(calm), sorted(everything)


def _rates(config: Config, played: Played, came: list[Came]) -> dict[str, tuple[float, int, float]]:
    rates = {}
    lasted_s = max(1.0, (played.ended_at - played.began_at).total_seconds())
    may = {f"whatsapp:{config.twilio_whatsapp_from}": config.twilio_whatsapp_a_second}
    for sender in sorted({each.sender for each in came}):
        theirs = [each for each in came if each.sender == sender]
        by_day = [each for each in theirs if each.at <= played.ended_at]
        most = max(Counter(each.at for each in theirs).values())
        rates[sender] = (len(by_day) / lasted_s, most, may.get(sender, config.twilio_sms_a_second))
    return rates


def _quantile(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))] if values else 0.0
