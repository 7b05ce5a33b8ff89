"""Staff see every message as members would, and ask for its approval before it is needed."""

from __future__ import annotations

import re

import pytest

from pamoja.kernel.communities.public import Community
from pamoja.kernel.identity.public import Member
from pamoja.kernel.messaging.actions.contents import record_approval, submit_template
from pamoja.kernel.messaging.models import ProviderContent
from pamoja.kernel.messaging.queries import previewing
from tests.world import a_member, actor, signed_in


@pytest.fixture
def supporter(community: Community) -> Member:
    return a_member("Neema Support", roles=["support"])


def test_shows_each_on_each_channel(supporter: Member, community: Community) -> None:
    asked = signed_in(supporter)

    shown = asked.get("/c/umoja/messages/templates/savings/due_soon/?language=sw")

    text = shown.content.decode()
    assert shown.status_code == 200
    assert "Mchango wako wa KSh 5,000" in re.sub("\xa0", " ", text)
    assert "GSM-7" in text
    mail = asked.get("/c/umoja/messages/templates/savings/due_soon/mail/")
    assert mail.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "sandbox" in mail.headers["Content-Security-Policy"]
    assert asked.get("/c/umoja/messages/templates/savings/none/").status_code == 404
    assert signed_in(a_member("Nobody")).get("/c/umoja/messages/templates/").status_code == 403


def test_every_one_has_a_preview(community: Community) -> None:
    for name in previewing.template_names():
        for language in previewing.LANGUAGES:
            assert previewing.preview_of(name, language, community).subject


def test_a_rejected_one_is_submitted_anew(supporter: Member) -> None:
    by = actor(supporter)
    submit_template(by=by, skeleton="Hello {{1}}, thanks.", name="savings/paid", language="en")
    content = ProviderContent.objects.get()
    assert content.samples == ["Umoja 5"]
    record_approval(content_id=content.pk, approval="rejected", rejection="Too vague.")

    submit_template(by=by, skeleton="Hello {{1}}, thanks.", name="savings/paid", language="en")

    content.refresh_from_db()
    assert (content.approval, content.rejection, content.submissions) == ("unsubmitted", "", 1)


def test_an_approved_one_stays_approved(supporter: Member) -> None:
    by = actor(supporter)
    submit_template(by=by, skeleton="Hello {{1}}, thanks.", name="savings/paid", language="en")
    ProviderContent.objects.update(approval="approved", provider_id="HX1")

    submit_template(by=by, skeleton="Hello {{1}}, thanks.", name="savings/paid", language="en")

    content = ProviderContent.objects.get()
    assert (content.approval, content.provider_id, content.submissions) == ("approved", "HX1", 0)
