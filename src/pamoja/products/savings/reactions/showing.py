"""When this happened in a circle, whoever looks at its page sees it."""

from __future__ import annotations

from pamoja.foundation.events import on
from pamoja.kernel.live.public import publish
from pamoja.products.savings import events

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
    events.ContributionNotCollected,
    events.ContributionOverdue,
    events.LateFeeAdded,
    events.RoundPaidOut,
    events.PayoutSent,
    events.PayoutStayedInWallet,
    events.CirclePaused,
    events.CircleResumed,
    events.CircleEnded,
    events.CircleCompleted,
    events.AnnouncementMade,
    events.PostHidden,
    events.PostTakenBack,
    events.ProposalMade,
    events.ProposalDecided,
    events.ProposalWithdrawn,
)


BOARD = (
    events.PostMade,
    events.AnnouncementMade,
    events.AnnouncementPinned,
    events.PostHidden,
    events.PostShown,
    events.PostTakenBack,
    events.ProposalMade,
    events.ProposalDecided,
    events.ProposalWithdrawn,
    events.VoteCast,
    events.VotingRuleChanged,
)


@on(*BOARD)
def _show_on_board(event: events.CircleEvent) -> None:
    publish(f"board:{event.circle_id}", "changed")


@on(*CHANGES)
def _show(event: events.CircleEvent) -> None:
    publish(f"circle:{event.circle_id}", "changed")
