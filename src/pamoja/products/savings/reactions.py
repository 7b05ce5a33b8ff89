"""When this happened in a circle, that follows: its page says so live, and a full pot goes out."""

from __future__ import annotations

from pamoja.foundation.events import on
from pamoja.foundation.jobs import enqueue
from pamoja.kernel.live.public import publish
from pamoja.products.savings import events, jobs

CHANGES = (
    events.CircleSettingsChanged,
    events.MemberAskedToJoin,
    events.RequestDeclined,
    events.MemberJoined,
    events.MemberLeft,
    events.MemberRemoved,
    events.MemberRoleChanged,
    events.RulesAccepted,
    events.PositionsDrawn,
    events.DrawVoided,
    events.PositionsSet,
    events.SwapAsked,
    events.PositionsSwapped,
    events.SwapRefused,
    events.CircleStarted,
    events.RoundOpened,
    events.ContributionPaid,
    events.ArrearsPaid,
    events.ArrearsForgiven,
    events.ContributionOverdue,
    events.LateFeeAdded,
    events.RoundPaidOut,
    events.CirclePaused,
    events.CircleResumed,
    events.CircleEnded,
    events.CircleCompleted,
)


@on(*CHANGES)
def _tell_pages(event: events.CircleEvent) -> None:
    publish(f"circle:{event.circle_id}", "changed")


@on(events.ContributionPaid)
def _pay_full_pot_out(event: events.ContributionPaid) -> None:
    if event.fills_pot:
        enqueue(jobs.pay_out_pot, round_id=str(event.round_id))


@on(events.CircleResumed)
def _pay_waiting_pots_out(event: events.CircleResumed) -> None:
    enqueue(jobs.pay_out_full_pots, circle_id=str(event.circle_id))
