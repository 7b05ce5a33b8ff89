"""When something concerns people, they are told: a message in the transaction that made it true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.utils.text import Truncator

from pamoja.foundation.events import on
from pamoja.kernel.identity.public import cards_of
from pamoja.kernel.messaging.public import Kind, Priority, page_url, send, send_to_each
from pamoja.products.savings import events
from pamoja.products.savings.models import BoardPost, Circle, Contribution, Invitation, Proposal, Round
from pamoja.products.savings.queries.seats import leaders_beside, member_ids_of


@on(events.InvitationMade)
def _invited(event: events.InvitationMade) -> None:
    invitation = Invitation.objects.select_related("circle", "made_by").get(pk=event.invitation_id)
    if not invitation.email:
        return
    circle = invitation.circle
    send(
        address=invitation.email,
        template="savings/invited",
        data={
            "circle": circle.name,
            "inviter": _name(invitation.made_by.member_id),
            "amount": circle.amount,
            "often": circle.get_frequency_display().lower(),
            "code": invitation.shown_code,
            "expires_at": invitation.expires_at,
            "url": page_url("savings:invitation", invitation.code),
        },
        dedupe_key=f"savings.invited:{invitation.pk}",
    )


@on(events.MemberAskedToJoin)
def _asked_to_join(event: events.MemberAskedToJoin) -> None:
    organisers = Circle.objects.get(pk=event.circle_id).seats.filter(role="organiser", status="joined")
    _tell(
        organisers.values_list("member_id", flat=True),
        "asked_to_join",
        event.circle_id,
        {"asker": _name(event.member_id)},
        key=f"asked:{event.circle_id}:{event.member_id}",
        page="members",
    )


@on(events.CircleStarted)
def _started(event: events.CircleStarted) -> None:
    turns = Round.objects.filter(circle_id=event.circle_id, number__lte=event.members)
    own = {
        member_id: {"receives_on": due_on} for member_id, due_on in turns.values_list("recipient__member_id", "due_on")
    }
    more = {"members": event.members, "first_due_on": event.first_due_on}
    _tell(own, "circle_started", event.circle_id, more, key=f"started:{event.circle_id}", own=own)


@on(events.CirclePaused)
def _paused(event: events.CirclePaused) -> None:
    circle = Circle.objects.get(pk=event.circle_id)
    _tell(
        member_ids_of(circle.pk),
        "circle_paused",
        circle.pk,
        {"reason": event.reason},
        key=f"paused:{circle.pk}:{circle.paused_at}",
    )


@on(events.CircleResumed)
def _resumed(event: events.CircleResumed) -> None:
    upcoming = Round.objects.filter(circle_id=event.circle_id, state__in=["open", "scheduled"]).order_by("number")
    first = upcoming.first()
    if first is not None:
        _tell(
            member_ids_of(event.circle_id),
            "circle_resumed",
            event.circle_id,
            {"due_on": first.due_on, "round_number": first.number},
            key=f"resumed:{event.circle_id}:{first.due_on}:{event.periods_moved}",
        )


@on(events.CircleEnded)
def _ended(event: events.CircleEnded) -> None:
    _tell(
        member_ids_of(event.circle_id),
        "circle_ended",
        event.circle_id,
        {"reason": event.reason},
        key=f"ended:{event.circle_id}",
    )


@on(events.CircleCompleted)
def _completed(event: events.CircleCompleted) -> None:
    _tell(
        member_ids_of(event.circle_id),
        "circle_completed",
        event.circle_id,
        {"rounds": event.rounds},
        key=f"completed:{event.circle_id}",
    )


@on(events.AnnouncementMade)
def _announced(event: events.AnnouncementMade) -> None:
    post = BoardPost.objects.get(pk=event.post_id)
    others = [each for each in member_ids_of(event.circle_id) if each != event.member_id]
    more = {
        "announcer": _name(event.member_id),
        "words": Truncator(post.body).chars(400),
        "files": post.files.count(),
    }
    _tell(others, "announcement", event.circle_id, more, key=f"announced:{post.pk}", page="board")


@on(events.ProposalMade)
def _proposed(event: events.ProposalMade) -> None:
    proposal = Proposal.objects.get(pk=event.proposal_id)
    others = [each for each in member_ids_of(event.circle_id) if each != event.member_id]
    more = {"proposer": _name(event.member_id), "title": proposal.title, "closes_at": proposal.closes_at}
    _tell(others, "proposal_made", event.circle_id, more, key=f"proposed:{proposal.pk}", page="decisions")


@on(events.ProposalDecided)
def _decided(event: events.ProposalDecided) -> None:
    more = {
        "title": event.title,
        "is_accepted": event.outcome == "accepted",
        "is_rejected": event.outcome == "rejected",
        "yes": event.yes,
        "no": event.no,
        "voted": event.voted,
        "eligible": event.eligible,
    }
    key = f"decided:{event.proposal_id}"
    _tell(member_ids_of(event.circle_id), "proposal_decided", event.circle_id, more, key=key, page="decisions")


@on(events.SwapAsked)
def _swap_asked(event: events.SwapAsked) -> None:
    more = {
        "asker": _name(event.member_id),
        "their_position": event.member_position,
        "your_position": event.other_position,
    }
    _tell([event.other_id], "swap_asked", event.circle_id, more, key=f"swap:{event.swap_id}", page="schedule")


@on(events.ContributionDueSoon)
def _due_soon(event: events.ContributionDueSoon) -> None:
    template = "due_today" if event.is_today else "due_soon"
    more = {"amount": event.amount, "due_on": event.due_on, "round_number": event.round_number}
    _tell_payer(event.member_id, template, event.circle_id, event.contribution_id, more)


@on(events.ContributionPaid)
def _paid(event: events.ContributionPaid) -> None:
    _receipt(event)


@on(events.ArrearsPaid)
def _arrears_paid(event: events.ArrearsPaid) -> None:
    _receipt(event)
    if event.recipient_id != event.member_id:
        more = {"amount": event.amount, "payer": _name(event.member_id), "round_number": event.round_number}
        _tell(
            [event.recipient_id],
            "arrears_received",
            event.circle_id,
            more,
            key=f"arrears:{event.contribution_id}",
            priority=Priority.MONEY,
        )


@on(events.ContributionNotCollected)
def _not_collected(event: events.ContributionNotCollected) -> None:
    # Once that it did not go through, once that we have stopped asking; not with each prompt.
    template = "not_collected" if event.may_retry else "collection_given_up"
    more = {"amount": event.amount, "reason": event.reason, "round_number": event.round_number}
    _tell_payer(event.member_id, template, event.circle_id, event.contribution_id, more)


@on(events.LateMemberReminded)
def _late(event: events.LateMemberReminded) -> None:
    contribution = Contribution.objects.select_related("circle").get(pk=event.contribution_id)
    about: dict[str, Any] = {"amount": event.amount, "round_number": event.round_number, "due_on": event.due_on}
    fee_to_come = contribution.circle.late_fee if contribution.fee_due_at and not contribution.late_fee else ""
    more = about | {"late_fee": fee_to_come, "grace_days": contribution.circle.grace_days}
    template = "overdue_last" if event.is_last else "overdue" if event.time == 1 else "overdue_again"
    _tell_payer(event.member_id, template, event.circle_id, event.contribution_id, more)
    if event.is_last:
        _tell(
            leaders_beside(event.circle_id, event.member_id),
            "member_overdue",
            event.circle_id,
            about | {"late_member": _name(event.member_id)},
            key=f"member_overdue:{event.contribution_id}",
        )


@on(events.LateFeeAdded)
def _fined(event: events.LateFeeAdded) -> None:
    more = {"amount": event.amount, "round_number": event.round_number}
    _tell_payer(event.member_id, "late_fee_added", event.circle_id, event.contribution_id, more)


@on(events.RoundPaidOut)
def _received(event: events.RoundPaidOut) -> None:
    money: dict[str, Any] = {"amount": event.amount, "round_number": event.round_number}
    key = f"paid_out:{event.round_id}"
    _tell(
        [event.recipient_id],
        "you_received",
        event.circle_id,
        money | {"missing": event.missing or ""},
        key=key,
        priority=Priority.MONEY,
    )
    others = [each for each in member_ids_of(event.circle_id) if each != event.recipient_id]
    _tell(others, "pot_paid_out", event.circle_id, money | {"recipient": _name(event.recipient_id)}, key=key)


@on(events.PayoutSent)
def _sent(event: events.PayoutSent) -> None:
    _tell(
        [event.recipient_id],
        "payout_sent",
        event.circle_id,
        {"amount": event.amount},
        key=f"sent:{event.payout_id}",
        priority=Priority.MONEY,
    )


@on(events.PayoutStayedInWallet)
def _stayed(event: events.PayoutStayedInWallet) -> None:
    _tell(
        [event.recipient_id],
        "payout_stayed",
        event.circle_id,
        {"amount": event.amount, "reason": event.reason},
        key=f"stayed:{event.payout_id}",
        priority=Priority.MONEY,
    )


@on(events.ContributionRefunded)
def _refunded(event: events.ContributionRefunded) -> None:
    more = {"amount": event.amount, "round_number": event.round_number}
    _tell(
        [event.member_id],
        "refunded",
        event.circle_id,
        more,
        key=f"refunded:{event.contribution_id}",
        priority=Priority.MONEY,
    )


def _receipt(event: events.ContributionPaid | events.ArrearsPaid) -> None:
    more = {"amount": event.amount, "late_fee": event.late_fee or "", "round_number": event.round_number}
    _tell(
        [event.member_id],
        "paid",
        event.circle_id,
        more,
        key=f"paid:{event.contribution_id}",
        priority=Priority.MONEY,
    )


def _tell_payer(member_id: UUID, template: str, circle_id: UUID, contribution_id: UUID, more: dict[str, Any]) -> None:
    _tell(
        [member_id],
        template,
        circle_id,
        more | {"pay_url": page_url("savings:pay", contribution_id)},
        key=f"{template}:{contribution_id}",
        kind=Kind.REMINDER,
    )


def _tell(
    member_ids: Iterable[UUID],
    template: str,
    circle_id: UUID,
    more: dict[str, Any],
    *,
    key: str,
    priority: Priority | None = None,
    kind: Kind | None = None,
    page: str = "circle",
    own: Mapping[UUID, Mapping[str, Any]] = MappingProxyType({}),
) -> None:
    circle = Circle.objects.only("name").get(pk=circle_id)
    send_to_each(
        member_ids=member_ids,
        template=f"savings/{template}",
        data={"circle": circle.name, "url": page_url(f"savings:{page}", circle_id), **more},
        dedupe_key=f"savings.{key}",
        own=own,
        priority=priority,
        kind=kind,
    )


def _name(member_id: UUID) -> str:
    card = cards_of([member_id]).get(member_id)
    return card.name if card else "A member"
