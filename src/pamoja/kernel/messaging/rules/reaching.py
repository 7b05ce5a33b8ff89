"""By which channel a message goes, in which form, and when: what the recipient wants and what the channel allows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pamoja.kernel.messaging.rules.delivering import PHONE_CHANNELS, Channel, Kind

# WhatsApp lets us speak freely for a day after somebody wrote. A minute less, for clocks and for the way.
WINDOW = timedelta(hours=24) - timedelta(minutes=1)
NIGHT_FROM, NIGHT_UNTIL = time(21), time(7)
LOUD = frozenset({Channel.WHATSAPP, Channel.SMS, Channel.PUSH})
"""What rings. Mail does not, so that it need not wait for the morning."""

PASSES_AT_NIGHT = frozenset({Kind.SECURITY, Kind.REPLY, Kind.MONEY})
"""Somebody waits for a code or an answer; and who moved money, or whose money moved, wants to know at once."""

CANNOT_BE_MUTED = frozenset({Kind.SECURITY, Kind.REPLY})
CHOSEN_BY_PEOPLE = (Kind.MONEY, Kind.REMINDER, Kind.ACTIVITY, Kind.LESSON, Kind.NEWS)
USUAL_ORDER = (Channel.WHATSAPP, Channel.EMAIL, Channel.SMS)
# A text message costs, so it is a way for what matters alone unless somebody asks for more.
MUTED_AT_FIRST: Mapping[Channel, frozenset[Kind]] = {
    Channel.SMS: frozenset({Kind.ACTIVITY, Kind.LESSON, Kind.NEWS}),
}


class Consent(StrEnum):
    """Whether somebody agreed to be written to at an address."""

    UNKNOWN = "unknown"
    GIVEN = "in"
    WITHDRAWN = "out"


class Form(StrEnum):
    """How a message may be put on its channel."""

    FREE = "free"
    TEMPLATE = "template"


@dataclass(frozen=True)
class Reachable:
    """What is known of one address of a recipient."""

    consent: Consent = Consent.UNKNOWN
    last_inbound_at: datetime | None = None
    is_unreachable: bool = False


@dataclass(frozen=True)
class Wishes:
    """What a member wants: by kind and channel, when to be quiet, and which channel first."""

    muted: frozenset[tuple[Kind, Channel]] = frozenset()
    first: Channel | None = None
    quiet_from: time = NIGHT_FROM
    quiet_until: time = NIGHT_UNTIL
    is_quiet_at_night: bool = True
    zone: str = "UTC"

    def mutes(self, kind: Kind, channel: Channel) -> bool:
        """Whether this kind is not wanted this way."""
        return kind not in CANNOT_BE_MUTED and (kind, channel) in self.muted


@dataclass(frozen=True)
class Go:
    """Hand it over now, in this form."""

    form: Form = Form.FREE


@dataclass(frozen=True)
class Wait:
    """Not before this moment."""

    until: datetime


@dataclass(frozen=True)
class Turn:
    """Not this way, for this reason; another channel may carry it. `is_wish`: because its recipient wants it so."""

    code: str
    is_wish: bool = False


@dataclass(frozen=True)
class Asked:
    """A message that is due, and what is known of its recipient at that moment."""

    kind: Kind
    channel: Channel
    reachable: Reachable = field(default_factory=Reachable)
    wishes: Wishes = field(default_factory=Wishes)
    has_approved_template: bool = False
    ignores_stop: bool = False


def decide(asked: Asked, now: datetime) -> Go | Wait | Turn:
    """What to do with a message that is due. In order: STOP, the address, what is wanted, the night, the window.

    The night passes for what `PASSES_AT_NIGHT` names. Outside WhatsApp's window only an approved template may go, and
    only to somebody who agreed to be written to; an answer to somebody needs no agreement beyond their writing.
    """
    if turn := _unwanted(asked):
        return turn
    if asked.channel in LOUD and asked.kind not in PASSES_AT_NIGHT:
        morning = end_of_night(asked.wishes, now)
        if morning > now:
            return Wait(morning)
    if asked.channel == Channel.WHATSAPP and not window_is_open(asked.reachable.last_inbound_at, now):
        return _outside_the_window(asked)
    return Go()


def _unwanted(asked: Asked) -> Turn | None:
    if asked.reachable.consent == Consent.WITHDRAWN and not asked.ignores_stop:
        return Turn("stopped", is_wish=True)
    if asked.reachable.is_unreachable:
        return Turn("unreachable")
    return Turn("muted", is_wish=True) if asked.wishes.mutes(asked.kind, asked.channel) else None


def _outside_the_window(asked: Asked) -> Go | Turn:
    if asked.kind == Kind.REPLY or not asked.has_approved_template:
        return Turn("window_closed")
    if asked.reachable.consent != Consent.GIVEN:
        return Turn("no_consent", is_wish=True)
    return Go(Form.TEMPLATE)


def window_is_open(last_inbound_at: datetime | None, now: datetime) -> bool:
    """Whether free words may go out over WhatsApp."""
    return last_inbound_at is not None and now < last_inbound_at + WINDOW


def end_of_night(wishes: Wishes, now: datetime) -> datetime:
    """`now` outside the quiet hours, else when they end: by the clock on the recipient's wall, whatever the season."""
    start, end = wishes.quiet_from, wishes.quiet_until
    if not wishes.is_quiet_at_night or start == end:
        return now
    zone = ZoneInfo(wishes.zone)
    here = now.astimezone(zone)
    at = here.time()
    is_night = start <= at < end if start < end else at >= start or at < end
    if not is_night:
        return now
    day = here.date() if at < end else here.date() + timedelta(days=1)
    morning = datetime.combine(day, end, zone).astimezone(UTC)
    # In autumn the end of the night may come twice; it is over at the first, and never before now.
    return max(morning, now)


def channels_for(
    kind: Kind, wishes: Wishes, reachable: Collection[Channel], preferred: Iterable[Channel] = ()
) -> list[Channel]:
    """The ways a message may take, best first: the sender's preference, then the member's, then the usual order."""
    order: Sequence[Channel] = [*preferred, *([wishes.first] if wishes.first else []), *USUAL_ORDER]
    return [each for each in dict.fromkeys(order) if each in reachable and not wishes.mutes(kind, each)]


def is_placeholder(email: str) -> bool:
    """Whether this is no address but stands where one is missing: who comes by WhatsApp may have none. RFC 6761."""
    return email.lower().endswith(".invalid")


def is_phone_channel(channel: str) -> bool:
    """Whether it reaches a phone by its number."""
    return channel in PHONE_CHANNELS
