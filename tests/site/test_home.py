"""A member's home shows what is urgent first, whatever product it comes from."""

import re
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

from pamoja.foundation.home import HomeCard, Urgency
from pamoja.site import home, wiring


def quiet_and_urgent(request):
    yield HomeCard(Urgency.QUIET, "quiet.html")
    yield HomeCard(Urgency.NOW, "later.html", order=2)
    yield HomeCard(Urgency.NOW, "sooner.html", order=1)


@pytest.fixture
def products(monkeypatch):
    monkeypatch.setattr(wiring, "HOME_CARDS", [("savings", f"{__name__}.quiet_and_urgent")])
    monkeypatch.setattr(home, "import_string", lambda name: quiet_and_urgent)


def test_urgent_cards_come_first_and_in_their_order(products, community, cast, rf):
    context = home.home_context(rf.get("/"), community, cast.member)

    assert [card.template for card in context["urgent"]] == ["sooner.html", "later.html"]
    assert [card.template for card in context["others"]] == ["quiet.html"]


def test_a_product_that_is_off_shows_nothing(products, community, cast, rf):
    community.products = []

    assert home.home_context(rf.get("/"), community, cast.member)["urgent"] == []


def test_every_wired_product_is_there():
    assert all(callable(import_string(cards)) for _, cards in wiring.HOME_CARDS)


def test_a_visitor_is_welcomed(client, community):
    page = client.get(f"/c/{community.slug}/").content.decode()

    assert "Save together" in page
    assert "Create your account" in page


def test_a_card_is_drawn_with_its_own_names(rf, cast):
    from django.template import Context, Template

    from pamoja.foundation.money import Money
    from pamoja.kernel.payments.queries.wallet import Wallet

    amount = Money(1_248_000, "KES")
    card = HomeCard(Urgency.SOON, "payments/_home_wallet.html", {"wallet": Wallet(amount, amount * 0, amount)})

    drawn = Template('{% load ui %}{% home_card card width="w4" %}').render(Context({"card": card}))

    assert "KSh 12,480" in drawn


def test_every_card_says_how_wide_it_is():
    """A card without a width is one column of twelve wide: a letter a line."""
    cards = sorted((Path(__file__).parents[2] / "src").rglob("_home_*.html"))
    unsaid = [card.name for card in cards if not re.search(r'<section class="card (w\d+|\{\{ width)', card.read_text())]

    assert len(cards) > 1
    assert unsaid == []
