"""A community speaks by its own numbers, and by the number somebody writes to it is known for whom it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.identity.public import Member
from pamoja.kernel.messaging.actions.sending import change_senders
from pamoja.kernel.messaging.errors import SenderTaken, SenderUnfit
from pamoja.kernel.messaging.models import CommunitySender
from pamoja.kernel.messaging.providers import TwilioSms, TwilioWhatsApp
from pamoja.kernel.messaging.queries.sending import senders
from tests.world import a_member, actor, signed_in

OURS = "+254700000001"


@pytest.fixture
def operator(community: Community) -> Member:
    return a_member("Neema Operator", roles=["operator"])


def written_to(number: str) -> Any:
    """As the hot path asks, in no community."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT messaging_community_of(%s)", [number])
        return cursor.fetchone()[0]


def test_its_own_go_before_the_installations(operator: Member, community: Community, settings: Any) -> None:
    change_senders(by=actor(operator), whatsapp="+254 700 000 001", sms="UMOJA", mail="")

    assert (TwilioWhatsApp().sender, TwilioSms().sender) == (f"whatsapp:{OURS}", "UMOJA")
    assert senders().mail == settings.PAMOJA.mail_from
    assert written_to(OURS) == community.pk
    assert written_to("") is None


def test_another_community_neither_has_them_nor_may_take_them(
    operator: Member, other_community: Community, settings: Any
) -> None:
    change_senders(by=actor(operator), whatsapp=OURS, sms="", mail="")

    with entered(other_community.pk):
        by = actor(a_member("Other Operator", community=other_community, roles=["operator"]))
        assert senders().whatsapp == settings.PAMOJA.twilio_whatsapp_from
        with pytest.raises(SenderTaken):
            change_senders(by=by, whatsapp=OURS, sms="", mail="")
        assert not CommunitySender.objects.exists()


@pytest.mark.parametrize(
    ("field", "text"), [("whatsapp", "UMOJA"), ("sms", "twelve letters"), ("sms", "12"), ("mail", "umoja")]
)
def test_refuses_what_nothing_could_come_from(operator: Member, field: str, text: str) -> None:
    with pytest.raises(SenderUnfit) as refused:
        change_senders(by=actor(operator), **({"whatsapp": "", "sms": "", "mail": ""} | {field: text}))

    assert refused.value.field == field
    assert not CommunitySender.objects.exists()


def test_the_page_is_the_operators(operator: Member) -> None:
    asked = signed_in(operator)

    saved = asked.post("/c/umoja/messages/senders/", {"whatsapp": OURS, "sms": "", "mail": "hello@umoja.example"})

    assert saved.status_code == 302
    page = asked.get("/c/umoja/messages/senders/").content.decode()
    assert OURS in page
    assert "sandbox-auth-token" not in page
    assert signed_in(a_member("Nobody")).get("/c/umoja/messages/senders/").status_code == 403
