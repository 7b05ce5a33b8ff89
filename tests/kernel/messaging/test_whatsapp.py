"""WhatsApp and text messages are handed to Twilio once each, whatever Twilio does and wherever we are killed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.db import connection, transaction

from pamoja.foundation.clock import now
from pamoja.kernel.identity.public import Member
from pamoja.kernel.messaging import actions
from pamoja.kernel.messaging.jobs import hand_over_due, look_after_templates
from pamoja.kernel.messaging.models import ProviderContent
from pamoja.kernel.messaging.providers import TwilioSms, TwilioWhatsApp
from pamoja.kernel.messaging.public import Address, Channel, Choice, Kind, Message, State, heard_from, reply, send
from tests.harness.servers import NO_AUTHORITIES, Served
from tests.kernel.messaging.mail_servers import reloaded

pytestmark = pytest.mark.committed


class Phone:
    """Amina's phone, in the outside world."""

    def __init__(self, world: httpx.Client, number: str) -> None:
        self.world, self.number = world, number

    def write(self, body: str) -> None:
        said = {"to": "whatsapp:+14155238886", "body": body}
        self.world.post(f"/api/phones/{self.number[1:]}/chat", json=said).raise_for_status()

    def shown(self, channel: str = "whatsapp:") -> list[dict[str, Any]]:
        """What came to it, oldest first."""
        answer = self.world.get(
            "/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json",
            params={"To": f"{channel}{self.number}"},
            auth=("AC00000000000000000000000000000001", "sandbox-auth-token"),
        )
        return [each for each in reversed(answer.json()["messages"]) if each["direction"] != "inbound"]


@pytest.fixture
def world(sandbox: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.base_url, timeout=20, verify=NO_AUTHORITIES) as client:
        yield client
        client.delete("/api/faults")


@pytest.fixture
def phone(world: httpx.Client) -> Phone:
    return Phone(world, f"+2547{uuid4().int % 10**8:08d}")


@pytest.fixture
def there(amina: Member, clock: Any, phone: Phone) -> Address:
    """Amina has just written."""
    phone.write("hi")
    with transaction.atomic():
        address = heard_from(channel=Channel.WHATSAPP, address=phone.number, at=now())
        actions.link_address(address_id=address.pk, member_id=amina.pk)
        actions.record_consent(address_id=address.pk, wants=True, wording="JOIN", how="whatsapp")
    return address


def say(member: Member, key: str = "1") -> Message:
    with transaction.atomic():
        return reloaded(
            send(
                member_id=member.pk,
                template="tests/note",
                data={"words": f"Karibu {key}"},
                dedupe_key=key,
                kind=Kind.MONEY,
            )
        )


def go() -> None:
    hand_over_due(TwilioWhatsApp(), channel=Channel.WHATSAPP)


def faults(world: httpx.Client, **kinds: dict[str, Any]) -> None:
    world.put("/api/faults", json={"seed": 1, "faults": kinds}).raise_for_status()


def test_speaks_freely_to_who_has_just_written(amina: Member, there: Address, phone: Phone) -> None:
    message = say(amina)

    go()

    (shown,) = phone.shown()
    assert shown["body"] == "*A note from Umoja*\n\nKaribu 1"
    assert (reloaded(message.pk).state, reloaded(message.pk).provider_id) == (State.SENT, shown["sid"])


def test_buttons_are_kept_by_twilio_once(there: Address, phone: Phone) -> None:
    for number, words in enumerate(("Pay?", "Really?")):
        with transaction.atomic():
            choices = [Choice("yes", "Yes"), Choice("no", "No")]
            reply(address_id=there.pk, text=words, dedupe_key=str(number), buttons=choices)
        go()

    assert [each["body"] for each in phone.shown()] == ["Pay?", "Really?"]
    assert ProviderContent.objects.filter(name="session").count() == 1


@pytest.mark.parametrize("fault", ["answer_lost", "request_lost", "internal_error", "too_many_requests", "html_error"])
def test_whatever_goes_wrong_on_the_way_it_comes_once(
    amina: Member, there: Address, phone: Phone, clock: Any, fault: str
) -> None:
    message = say(amina)
    faults(phone.world, **{fault: {"next": 1, "scope": "message"}})

    go()
    assert reloaded(message.pk).state == State.SENDING
    clock.turn_by(seconds=30)
    _forget_the_pace()
    go()

    assert len(phone.shown()) == 1
    assert (reloaded(message.pk).state, reloaded(message.pk).provider_id) == (State.SENT, phone.shown()[0]["sid"])


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("line", ["claim_due", "reserve", "record_outcomes"])
def test_killed_at_any_line_it_comes_once(
    amina: Member, there: Address, phone: Phone, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    say(amina, "the same words")
    earlier = say(amina, "the same words ")  # of another message: must not be taken for the one in doubt

    def die(*args: Any, **kwargs: Any) -> Any:
        if line != "record_outcomes":
            real(*args, **kwargs)
        raise Killed

    real = getattr(actions, line)
    with monkeypatch.context() as patched:
        patched.setattr(actions, line, die)
        with pytest.raises(Killed):
            go()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_message SET claimed_at = now() - interval '6 minutes' WHERE state = 'sending'")
    go()

    assert len(phone.shown()) == 2
    ids = set(Message.objects.filter(state=State.SENT).values_list("provider_id", flat=True))
    assert ids == {each["sid"] for each in phone.shown()}
    assert reloaded(earlier.pk).state == State.SENT


def test_outside_the_window_mail_goes_at_once_and_a_template_is_asked_for(
    amina: Member, there: Address, phone: Phone, clock: Any
) -> None:
    clock.turn_by(days=2)
    message = say(amina)

    go()

    assert reloaded(message.pk).error_code == "window_closed"
    assert Message.objects.get(instead_of=message.pk).channel == "email"
    assert phone.shown() == []
    wanted = ProviderContent.objects.get()
    assert wanted.body.startswith("*A note from {{1}}*")
    assert "Karibu" not in str(wanted.samples)
    look_after_templates()
    look_after_templates()
    wanted.refresh_from_db()
    assert wanted.provider_id.startswith("HX")
    assert wanted.approval in ("approved", "pending", "received")


def test_outside_the_window_an_approved_template_goes(amina: Member, there: Address, phone: Phone, clock: Any) -> None:
    clock.turn_by(days=2)
    say(amina, "1")
    go()
    look_after_templates()
    ProviderContent.objects.update(approval="approved")
    message = say(amina, "2")

    go()

    assert [each["body"].splitlines()[2] for each in phone.shown()] == ["Karibu 2"]
    assert reloaded(message.pk).state == State.SENT


def test_a_number_that_opted_out_at_twilio_is_believed(amina: Member, world: httpx.Client, clock: Any) -> None:
    number = "+254799990610"  # refused with 21610
    with transaction.atomic():
        message = reloaded(
            send(address=number, channels=[Channel.SMS], template="tests/note", data={"words": "x"}, dedupe_key="s")
        )
        actions.known_address(channel=Channel.SMS, address=number, member_id=amina.pk)

    hand_over_due(TwilioSms(), channel=Channel.SMS)

    assert (reloaded(message.pk).state, reloaded(message.pk).error_code) == (State.FAILED, "21610")
    assert Address.objects.get().consent == "out"


def _forget_the_pace() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM messaging_pace")
