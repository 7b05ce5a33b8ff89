"""Sending a pot on to the recipient's phone"""

from typing import Any

from django.db import transaction

from pamoja.foundation.events import announce
from pamoja.kernel.ledger.public import balance, wallet_of
from pamoja.kernel.messaging.public import messages_of
from pamoja.kernel.payments.public import PayoutCameBack, PayoutConfirmed, PayoutFailed, payouts_for
from pamoja.products.savings.public import RoundPayout, choose_how_to_pay
from tests.products.savings.circles import Group, a_running_group, pay, run_own_jobs, shillings, wallet
from tests.products.savings.scenes import begins_with


def paid_out(*, phone: str | None) -> Group:
    from pamoja.kernel.identity.queries.people import phone_index

    group = a_running_group(2)
    if phone:
        person = group.people[0].person
        person.phone, person.phone_index = phone, phone_index(phone)
        person.save()
    choose_how_to_pay(by=group.by(0), circle_id=group.circle_id, receives_on="phone")
    pay(group, 1, 0, 1)
    run_own_jobs()
    return group


def told(kind: type[Any], **more: Any) -> None:
    payout = RoundPayout.objects.select_related("recipient").get()
    with transaction.atomic():
        announce(
            kind(
                payout_id=payout.payout_id,
                member_id=payout.recipient.member_id,
                amount=payout.amount,
                purpose=payout.purpose,
                **more,
            )
        )
    run_own_jobs()


def test_holds_the_pot_and_asks_the_rail_once(clock: Any, community: object) -> None:
    group = paid_out(phone="+254712345670")

    payout = RoundPayout.objects.get()
    assert payout.sending == "asked"
    assert payouts_for(payout.purpose).count() == 1
    with transaction.atomic():
        assert balance(wallet_of(group.people[0].pk, "KES")).available == shillings(0)


def test_says_when_it_has_arrived(clock: Any, community: object) -> None:
    group = paid_out(phone="+254712345670")

    told(PayoutConfirmed, receipt="SKA1B2C3D4")
    told(PayoutConfirmed, receipt="SKA1B2C3D4")

    assert RoundPayout.objects.get().sending == "sent"
    subjects = [each.subject for each in messages_of(group.people[0].pk)]
    assert subjects.count("KSh 10,000 from Harvest is on your phone") == 1


def test_says_when_it_stayed_in_the_wallet(clock: Any, community: object) -> None:
    group = paid_out(phone="+254712345670")

    told(PayoutFailed, reason_code="2001", reason="The number is not registered.")

    payout = RoundPayout.objects.get()
    assert (payout.sending, payout.sending_message) == ("failed", "The number is not registered.")
    assert messages_of(group.people[0].pk)[0].subject == "KSh 10,000 from Harvest is waiting in your wallet"


def test_says_when_it_came_back_from_the_bank(clock: Any, community: object) -> None:
    paid_out(phone="+254712345670")

    told(PayoutConfirmed, receipt="tr_1")
    for _ in range(2):
        told(PayoutCameBack, reason_code="no_account", reason="The bank knows no such account.")

    payout = RoundPayout.objects.get()
    assert (payout.sending, payout.sending_message) == ("failed", "The bank knows no such account.")


def test_without_a_phone_it_stays_in_the_wallet(clock: Any, community: object) -> None:
    group = paid_out(phone=None)

    assert RoundPayout.objects.get().sending == "failed"
    assert wallet(group.people[0]) == shillings(10_000)


@begins_with(a_running_group, 2)
def test_who_wants_it_in_the_wallet_is_left_alone(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0, 1)
    run_own_jobs()

    assert RoundPayout.objects.get().sending == ""
    assert wallet(group.people[0]) == shillings(10_000)
