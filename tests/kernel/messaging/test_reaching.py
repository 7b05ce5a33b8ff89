"""A member is reached where they wrote from, until they say STOP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.identity.public import Member
from pamoja.kernel.messaging.actions import claim_due, record_sent
from pamoja.kernel.messaging.actions.reaching import known_address
from pamoja.kernel.messaging.models import ConsentRecord, Notification
from pamoja.kernel.messaging.public import (
    Address,
    Channel,
    Choice,
    Kind,
    Message,
    State,
    WindowClosed,
    addresses_of,
    heard_from,
    link_address,
    record_consent,
    record_delivery,
    reply,
    send,
)
from pamoja.kernel.messaging.rules import Consent
from tests.kernel.messaging.mail_servers import reloaded

PHONE = "+254712345678"


@pytest.fixture
def whatsapp(amina: Member, clock: Any) -> Address:
    """Where Amina has just written from, and agreed to be written to."""
    with transaction.atomic():
        there = heard_from(channel=Channel.WHATSAPP, address=PHONE, at=clock.now)
        link_address(address_id=there.pk, member_id=amina.pk)
        record_consent(address_id=there.pk, wants=True, wording="JOIN", how="whatsapp")
    there.refresh_from_db()
    return there


def say(member: Member, key: str = "1", **differs: Any) -> Message:
    usual = {"template": "tests/note", "data": {"words": "Karibu"}, "dedupe_key": key, "kind": Kind.MONEY}
    with transaction.atomic():
        return reloaded(send(member_id=member.pk, **(usual | differs)))


@pytest.mark.parametrize("address", [PHONE, "KE.1a2b3c"])
def test_who_writes_is_known_by_any_address(community: Community, clock: Any, address: str) -> None:
    with transaction.atomic():
        first = heard_from(channel=Channel.WHATSAPP, address=address, at=clock.now)
        again = heard_from(channel=Channel.WHATSAPP, address=address, at=clock.now - timedelta(hours=1))

    assert (again.pk, again.address, again.member_id) == (first.pk, address, None)
    assert again.last_inbound_at == clock.now  # what comes late does not turn the window back
    assert again.consent == Consent.UNKNOWN


def test_another_community_knows_nothing_of_it(other_community: Community, whatsapp: Address) -> None:
    with entered(other_community.pk):
        assert Address.objects.count() == 0


def test_says_it_where_the_member_wrote_last_with_mail_to_fall_back_on(amina: Member, whatsapp: Address) -> None:
    message = say(amina)

    assert (message.channel, message.address, message.fallbacks) == ("whatsapp", PHONE, ["email"])
    notification = Notification.objects.get()
    assert (notification.member_id, notification.subject) == (amina.pk, "A note from Umoja")


def test_an_address_they_never_wrote_from_comes_last(amina: Member, whatsapp: Address) -> None:
    with transaction.atomic():
        other = known_address(channel=Channel.WHATSAPP, address="KE.1a2b3c", member_id=amina.pk)
        record_consent(address_id=other.pk, wants=True, wording="JOIN", how="page")

    assert addresses_of(amina.pk)[0].pk == whatsapp.pk
    assert say(amina).address == PHONE


def test_a_wish_for_mail_comes_first(amina: Member, whatsapp: Address) -> None:
    assert say(amina, channels=[Channel.EMAIL]).channel == "email"


def test_stop_closes_the_phone_and_leaves_the_mail(amina: Member, whatsapp: Address) -> None:
    with transaction.atomic():
        record_consent(address_id=whatsapp.pk, wants=False, wording="Acha", how="whatsapp")

    assert {each.channel: each.consent for each in addresses_of(amina.pk)} == {"whatsapp": "out", "sms": "out"}
    assert say(amina).channel == "email"
    assert [(each.consent, each.wording) for each in ConsentRecord.objects.order_by("pk")][-1] == ("out", "Acha")


def test_start_opens_what_stop_closed(amina: Member, whatsapp: Address) -> None:
    with transaction.atomic():
        record_consent(address_id=whatsapp.pk, wants=False, wording="STOP", how="whatsapp")
        record_consent(address_id=whatsapp.pk, wants=True, wording="START", how="whatsapp")

    assert {each.consent for each in addresses_of(amina.pk)} == {"in"}
    assert say(amina).channel == "whatsapp"


def test_a_reply_needs_the_window(whatsapp: Address, clock: Any) -> None:
    with transaction.atomic():
        message = reloaded(
            reply(
                address_id=whatsapp.pk, text="Pay?", dedupe_key="r", buttons=[Choice("yes", "Yes"), Choice("no", "No")]
            )
        )
    assert (message.kind, message.priority, message.fallbacks) == ("reply", 5, [])

    clock.turn_by(hours=24)
    with pytest.raises(WindowClosed), transaction.atomic():
        reply(address_id=whatsapp.pk, text="Still there?", dedupe_key="s")
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("reported", "state"),
    [
        ([("sent", ""), ("delivered", ""), ("read", "")], State.READ),
        ([("read", ""), ("delivered", ""), ("sent", ""), ("read", "")], State.READ),
        ([("undelivered", "63016")], State.FAILED),
        ([("delivered", ""), ("failed", "63016")], State.DELIVERED),
    ],
)
def test_reports_move_the_message_forward(
    amina: Member, whatsapp: Address, reported: list[tuple[str, str]], state: State
) -> None:
    message = _handed_over(say(amina), "SM1")

    for word, code in reported:
        with transaction.atomic():
            record_delivery(provider_id="SM1", state=word, error_code=code, message_id=message.pk)

    assert reloaded(message.pk).state == state


def test_a_report_that_overtakes_our_own_record_waits_for_it(amina: Member, whatsapp: Address) -> None:
    message = say(amina)
    claim_due(limit=5, channel=Channel.WHATSAPP)
    with transaction.atomic():
        record_delivery(provider_id="SM1", state="delivered")
    assert reloaded(message.pk).state == State.SENDING

    record_sent(message_id=message.pk, provider_id="SM1")

    assert (reloaded(message.pk).state, reloaded(message.pk).provider_id) == (State.DELIVERED, "SM1")


def test_a_report_by_our_own_id_proves_that_it_was_taken(amina: Member, whatsapp: Address) -> None:
    message = say(amina)
    claim_due(limit=5, channel=Channel.WHATSAPP)

    with transaction.atomic():
        record_delivery(provider_id="SM1", state="sent", message_id=message.pk)

    found = reloaded(message.pk)
    assert (found.state, found.provider_id, found.claimed_at, found.in_doubt) == (State.SENT, "SM1", None, False)


def test_what_fails_after_all_goes_by_the_next_channel_once(amina: Member, whatsapp: Address) -> None:
    message = _handed_over(say(amina), "SM1")

    for _ in range(2):
        with transaction.atomic():
            record_delivery(provider_id="SM1", state="failed", error_code="63003")

    (successor,) = Message.objects.filter(instead_of=message.pk)
    assert (successor.channel, successor.address, successor.state) == ("email", "amina@example.org", State.QUEUED)
    assert Address.objects.get(pk=whatsapp.pk).unreachable_code == "63003"


def test_a_provider_that_says_they_opted_out_is_believed(amina: Member, whatsapp: Address) -> None:
    _handed_over(say(amina), "SM1")

    with transaction.atomic():
        record_delivery(provider_id="SM1", state="undelivered", error_code="63014")

    assert Address.objects.get(pk=whatsapp.pk).consent == Consent.WITHDRAWN
    assert say(amina, "2").channel == "email"


def test_one_recipient_gets_one_at_a_time_and_in_order(amina: Member, whatsapp: Address) -> None:
    first, second = say(amina, "1"), say(amina, "2")
    urgent = say(amina, "3", kind=Kind.SECURITY)

    assert _claimed() == [urgent.pk, first.pk]
    assert _claimed() == []
    record_sent(message_id=first.pk, provider_id="SM1")
    assert _claimed() == [second.pk]


def test_nobody_gets_more_than_ten_a_minute(amina: Member, whatsapp: Address, clock: Any) -> None:
    for number in range(12):
        say(amina, str(number))
    for _ in range(10):
        (message_id,) = _claimed()
        record_sent(message_id=message_id, provider_id=f"SM{message_id}")

    assert _claimed() == []
    clock.turn_by(seconds=61)
    assert len(_claimed()) == 1


def _claimed() -> list[UUID]:
    return [each.id for each in claim_due(limit=10, channel=Channel.WHATSAPP)]


def _handed_over(message: Message, provider_id: str) -> Message:
    claim_due(limit=5, channel=Channel.WHATSAPP)
    record_sent(message_id=message.pk, provider_id=provider_id)
    return message
