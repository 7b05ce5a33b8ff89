"""Limits, freezes and a second person stand between a wallet and the world; what waits stays held."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from pamoja.foundation import clock as time
from pamoja.foundation.actions import Actor, NotAllowed
from pamoja.foundation.errors import Refusal
from pamoja.kernel.audit.public import facts, feed
from pamoja.kernel.identity.public import Member
from pamoja.kernel.messaging.public import Message
from pamoja.kernel.payments.actions import approving, freezing, limiting
from pamoja.kernel.payments.actions.paying_out import begin_payout, record_no_payout_acceptance
from pamoja.kernel.payments.actions.wallet import top_up_wallet, withdraw_from_wallet
from pamoja.kernel.payments.errors import RailFailure
from pamoja.kernel.payments.errors import safety as no
from pamoja.kernel.payments.jobs.safety import expire_approvals
from pamoja.kernel.payments.models import Approval, Collection, Freeze, Method, PaymentSettings, Payout
from pamoja.kernel.payments.queries.limits import room, tier_of
from pamoja.kernel.payments.rules.limits import Direction, Tier
from pamoja.kernel.payments.rules.states import PayoutState
from tests.kernel.payments.cast import fill_wallet, kes, wallet
from tests.world import Cast, a_member, actor

WHY = "She called, and it is her"


@pytest.fixture
def second(cast: Cast) -> Member:
    """Another who looks after payments."""
    return a_member("Joseph Kariuki", roles=["payments_manager"])


@pytest.fixture
def chosen(cast: Cast) -> Any:
    """What the community differs in."""

    def choose(**safety: Any) -> None:
        PaymentSettings.objects.update_or_create(defaults={"safety": safety})

    return choose


def withdraw(cast: Cast, shillings: int, key: str = "w1") -> Payout:
    with transaction.atomic():
        fill_wallet(cast.member.pk, shillings)
    return withdraw_from_wallet(by=actor(cast.member), amount=kes(shillings), key=key)


def adjustment(cast: Cast, by: Actor, direction: Direction = Direction.IN, shillings: int = 500) -> Approval:
    return approving.request_adjustment(
        by=by, member_id=cast.member.pk, direction=direction, account="goodwill", amount=kes(shillings),
        reason="A late fee twice", evidence="Letter 17", key=f"{direction}{shillings}",
    )  # fmt: skip


def frozen_by_hand(cast: Cast) -> Freeze:
    return freezing.freeze_member(by=actor(cast.owner), member_id=cast.member.pk, reason="Her phone was stolen")


def test_a_limit_refuses_and_counts_only_what_did_not_fail(cast: Cast, chosen: Any) -> None:
    chosen(limits={"basic": {"out": {"day": {"KES": 100_000}}, "in": {"day": {"KES": 50_000}}}})
    first = withdraw(cast, 700)

    with pytest.raises(no.LimitReached, match="KSh 1,000 in a day, of which KSh 300 is left"):
        withdraw(cast, 400, "w2")
    assert wallet(cast.member.pk) == (1_100, 400)
    assert withdraw_from_wallet(by=actor(cast.member), amount=kes(700), key="w1") == first
    with pytest.raises(no.LimitReached):
        top_up_wallet(by=actor(cast.member), amount=kes(501), key="t1")

    assert not Collection.objects.exists()
    with transaction.atomic():
        freezing.fail_payout(first, "1", "No")
    assert withdraw_from_wallet(by=actor(cast.member), amount=kes(1_000), key="w3").state == PayoutState.REQUESTED


def test_what_a_circle_is_owed_is_never_stopped(cast: Cast, chosen: Any) -> None:
    from tests.kernel.payments.cast import ask

    chosen(limits={"basic": {"in": {"single": {"KES": 100}}}})

    assert ask(member_id=cast.member.pk, shillings=500).state == "intended"
    assert room(cast.member.pk, Direction.IN).used.month_minor == 0


def test_staff_say_who_is_known_but_not_about_themselves(cast: Cast, second: Member) -> None:
    stranger = a_member("Somebody New", verified=False)
    assert (tier_of(stranger.pk), tier_of(cast.member.pk)) == (Tier.UNPROVEN, Tier.BASIC)

    limiting.set_tier(by=actor(second), member_id=stranger.pk, tier=Tier.VERIFIED, reason="Her passport")
    with pytest.raises(no.TierHeldAlready):
        limiting.set_tier(by=actor(second), member_id=stranger.pk, tier=Tier.VERIFIED, reason="Her passport")
    with pytest.raises(no.OwnCase):
        limiting.set_tier(by=actor(second), member_id=second.pk, tier=Tier.VERIFIED, reason="My passport")
    with pytest.raises(NotAllowed):
        limiting.set_tier(by=actor(cast.member), member_id=stranger.pk, tier=Tier.BASIC, reason="I want to")

    assert tier_of(stranger.pk) == Tier.VERIFIED
    limiting.set_tier(by=actor(second), member_id=stranger.pk, tier=Tier.BASIC, reason="It was forged")
    assert tier_of(stranger.pk) == Tier.UNPROVEN


def test_a_changed_phone_cools_before_it_is_paid(clock: Any, cast: Cast) -> None:
    person = cast.member.person
    clock.turn_by(days=40)
    person.phone_changed_at = time.now()
    person.save(update_fields=["phone_changed_at"])

    with pytest.raises(no.DestinationTooNew):
        withdraw(cast, 300)
    clock.turn_by(hours=24)

    assert withdraw(cast, 300).state == PayoutState.REQUESTED


def test_a_rule_freezes_kindly_and_a_person_lets_it_go_on(cast: Cast) -> None:
    for who in (cast.member, cast.owner, cast.treasurer):
        Method.objects.create(member=who, rail="mpesa", kind="phone", position=1, number="254", fingerprint="same")
    payout = withdraw(cast, 300)

    assert (payout.state, wallet(cast.member.pk)) == (PayoutState.WAITING, (300, 0))
    assert begin_payout(payout_id=payout.pk) is None
    frozen = Freeze.objects.get()
    assert (frozen.rule, frozen.payout_id, frozen.facts["sharing"]) == ("shared_instrument", None, 2)
    said = [line.sentence for line in feed(f"member:{cast.member.pk}")] + [each.text for each in Message.objects.all()]
    assert said
    assert not any("shared" in each or "same phone" in each for each in said)
    with pytest.raises(no.MoneyOutFrozen):
        withdraw(cast, 100, "w2")

    freezing.lift_freeze(by=actor(cast.owner), freeze_id=frozen.pk, outcome="go_on", reason=WHY)
    with pytest.raises(no.FreezeLiftedAlready):
        freezing.lift_freeze(by=actor(cast.owner), freeze_id=frozen.pk, outcome="give_back", reason=WHY)

    payout.refresh_from_db()
    assert payout.state == PayoutState.REQUESTED
    assert facts(subject=f"freeze:{frozen.pk}").count() == 2


def test_frozen_by_hand_and_given_back(cast: Cast) -> None:
    payout = withdraw(cast, 300)
    frozen = frozen_by_hand(cast)
    payout.refresh_from_db()
    assert (payout.state, wallet(cast.member.pk)) == (PayoutState.WAITING, (300, 0))
    with pytest.raises(no.OwnCase):
        freezing.lift_freeze(
            by=Actor(kind="member", label="", member_id=cast.member.pk, permissions=frozenset({freezing.GUARD})),
            freeze_id=frozen.pk, outcome="go_on", reason=WHY,
        )  # fmt: skip

    freezing.lift_freeze(by=actor(cast.owner), freeze_id=frozen.pk, outcome="give_back", reason="It was not hers")

    payout.refresh_from_db()
    assert (payout.state, payout.reason_code, wallet(cast.member.pk)) == (PayoutState.FAILED, "held_back", (300, 300))


def test_the_database_lets_nothing_frozen_leave(cast: Cast) -> None:
    payout = withdraw(cast, 300)
    Freeze.objects.create(member=cast.member, reason="behind the action's back", frozen_by=cast.owner)

    with pytest.raises(IntegrityError, match="frozen"):
        begin_payout(payout_id=payout.pk)


def test_what_the_rail_was_told_of_once_goes_its_way(cast: Cast) -> None:
    payout = withdraw(cast, 300)
    begin_payout(payout_id=payout.pk)
    away = RailFailure("busy", permanent=False, may_have_happened=False)
    record_no_payout_acceptance(payout_id=payout.pk, failure=away)

    frozen_by_hand(cast)
    Payout.objects.filter(pk=payout.pk).update(next_submission_at=time.now())

    assert begin_payout(payout_id=payout.pk) is not None


def test_a_large_payout_needs_a_second_person(cast: Cast, second: Member, chosen: Any) -> None:
    chosen(large={"KES": 50_000})
    payout = withdraw(cast, 500)
    waiting = Approval.objects.get()
    assert (payout.state, waiting.payout_id) == (PayoutState.WAITING, payout.pk)

    freeze = freezing.freeze_payout(by=actor(second), payout_id=payout.pk, reason="To be sure")
    approving.approve(by=actor(second), approval_id=waiting.pk, reason=WHY)
    payout.refresh_from_db()
    assert payout.state == PayoutState.WAITING  # it is still frozen
    freezing.lift_freeze(by=actor(cast.owner), freeze_id=freeze.pk, outcome="go_on", reason=WHY)

    payout.refresh_from_db()
    assert payout.state == PayoutState.REQUESTED


@pytest.mark.parametrize("ends", ["declined", "expired"])
def test_what_nobody_approves_goes_back(clock: Any, cast: Cast, second: Member, chosen: Any, ends: str) -> None:
    chosen(large={"KES": 50_000}, approval_h=2)
    payout, approval = withdraw(cast, 500), Approval.objects.get()

    if ends == "declined":
        approving.decline(by=actor(second), approval_id=approval.pk, reason="She did not ask for it")
    else:
        assert expire_approvals() == 0
        clock.turn_by(hours=3)
        with pytest.raises(no.ApprovalEnded):
            approving.approve(by=actor(second), approval_id=approval.pk, reason=WHY)
        assert (expire_approvals(), expire_approvals()) == (1, 0)

    approval.refresh_from_db()
    payout.refresh_from_db()
    assert (approval.state, payout.state, wallet(cast.member.pk)) == (ends, PayoutState.FAILED, (500, 500))


def test_a_correction_takes_two_people_and_posts_once(cast: Cast, second: Member) -> None:
    asked = adjustment(cast, actor(second))
    assert adjustment(cast, actor(second)) == asked
    assert [each.member_id for each in Message.objects.filter(template="payments/staff_needed")] == [cast.owner.pk]
    assert wallet(cast.member.pk) == (0, 0)

    with pytest.raises(no.SecondPersonNeeded):
        approving.approve(by=actor(second), approval_id=asked.pk, reason=WHY)
    approving.approve(by=actor(cast.owner), approval_id=asked.pk, reason="I read the letter")
    with pytest.raises(no.ApprovalEnded):
        approving.approve(by=actor(cast.owner), approval_id=asked.pk, reason="I read the letter")

    assert wallet(cast.member.pk) == (500, 500)
    assert any("corrected" in line.sentence for line in feed(f"member:{cast.member.pk}"))


def test_a_correction_is_refused_when_the_balance_is_gone(cast: Cast, second: Member) -> None:
    with transaction.atomic():
        fill_wallet(cast.member.pk, 400)
    asked = adjustment(cast, actor(second), Direction.OUT)

    with pytest.raises(no.BalanceGone):
        approving.approve(by=actor(cast.owner), approval_id=asked.pk, reason=WHY)

    asked.refresh_from_db()
    assert (asked.state, wallet(cast.member.pk)) == ("waiting", (400, 400))


def test_nobody_corrects_or_approves_what_is_theirs(cast: Cast, second: Member) -> None:
    def by(member: Member, *permissions: str) -> Actor:
        return Actor(kind="member", label="", member_id=member.pk, permissions=frozenset(permissions))

    with pytest.raises(no.OwnCase):
        adjustment(cast, by(cast.member, approving.ADJUST))
    asked = adjustment(cast, actor(second))
    for who, refusal in (
        (by(cast.member, approving.APPROVE), no.OwnCase),
        (by(cast.owner, approving.ADJUST), NotAllowed),
    ):
        with pytest.raises(refusal):
            approving.approve(by=who, approval_id=asked.pk, reason=WHY)
    with pytest.raises(IntegrityError, match="by_a_second_person"), transaction.atomic():
        Approval.objects.filter(pk=asked.pk).update(
            state="declined", decided_by=second, decided_at=time.now(), decision="myself"
        )


def test_limits_are_changed_by_who_may_and_make_sense(cast: Cast) -> None:
    most: dict[Any, Any] = {(way, period): kes(100) for way in Direction for period in ("single", "day", "month")}

    with pytest.raises(NotAllowed):
        limiting.change_limits(by=actor(cast.member), tier=Tier.BASIC, limits=most)
    with pytest.raises(Refusal, match="shorter time"):
        limiting.change_limits(by=actor(cast.owner), tier=Tier.BASIC, limits=most | {(Direction.OUT, "day"): kes(50)})
    limiting.change_limits(by=actor(cast.owner), tier=Tier.BASIC, limits=most | {(Direction.IN, "month"): None})
    limiting.change_safeguards(by=actor(cast.owner), large=kes(70), cooling_h=0, approval_h=1)

    assert room(cast.member.pk, Direction.OUT).left == kes(100)
    assert PaymentSettings.objects.get().safety["large"] == {"KES": 7_000}
    assert facts(subject="payments:safety").count() == 2
    assert timedelta(0) == timedelta(hours=PaymentSettings.objects.get().safety["cooling_h"])
