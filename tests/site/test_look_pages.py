"""What every page is from outside: its headers, its weight, its parts, and what it says when things go wrong."""

import re
from pathlib import Path

import pytest
from django.http import HttpResponseNotAllowed
from django.template import Context, Template
from django.test import RequestFactory

from pamoja.foundation.money import Money
from pamoja.site import errors, security
from pamoja.site.middleware import RefusalMiddleware
from pamoja.site.ring import Segment

SITE = Path(security.__file__).parent
PRODUCT = SITE.parent
PAGE_BYTES_MAX = 100_000


def rendered(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.fixture
def address(community):
    return f"/c/{community.slug}"


def test_a_page_may_only_load_what_is_ours(client, address):
    policy = client.get(f"{address}/gallery")["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_each_request_has_its_own_nonce(client, address):
    one, other = (client.get(f"{address}/gallery")["Content-Security-Policy"] for _ in range(2))

    assert one != other


def test_only_the_back_office_may_evaluate_scripts():
    assert "'unsafe-eval'" in security.policy_for("/admin/", "n", "localhost")["script-src"]
    assert "'unsafe-eval'" not in security.policy_for("/administer", "n", "localhost")["script-src"]


def test_no_page_has_inline_styles_or_handlers():
    letters_and_the_outside_world = {"messages", "messaging", "sandbox"}
    for template in PRODUCT.rglob("templates/**/*.html"):
        if letters_and_the_outside_world & set(template.parts):
            continue
        source = template.read_text()
        assert not re.search(r"\sstyle=|\son\w+=\"|<style|javascript:", source), f"{template}: the policy refuses these"


def test_the_gallery_weighs_less_than_a_page_may(client, address):
    response = client.get(f"{address}/gallery")

    assert response.status_code == 200
    assert len(response.content) < PAGE_BYTES_MAX


def test_every_icon_that_a_template_asks_for_is_drawn():
    drawn = set(re.findall(r'symbol id="([\w-]+)"', (SITE / "static/site/icons.svg").read_text()))

    for template in PRODUCT.rglob("templates/**/*.html"):
        asked = set(re.findall(r'{% (?:icon|empty_state) "([\w-]+)"', template.read_text()))
        assert asked <= drawn, f"{template} asks for {asked - drawn}"


def test_the_brand_is_a_style_sheet_of_its_own(client, address, community):
    response = client.get(f"{address}/brand.css?v=1")

    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in response["Cache-Control"]
    assert b"--brand:#" in response.content


@pytest.mark.parametrize("path", ["/nowhere", "/c/nobody/"])
def test_a_lost_page_is_friendly(client, database, path):
    response = client.get(path, headers={"accept": "text/html"})

    assert response.status_code == 404
    assert b"We could not find that" in response.content


def test_the_page_of_a_bug_needs_neither_database_nor_context(settings):
    response = errors.server_error(RequestFactory().get("/", headers={"accept": "text/html"}))

    assert response.status_code == 500
    assert b"Your money is safe" in response.content


def test_a_form_opened_as_a_page_is_answered_kindly(database):
    door = RefusalMiddleware(lambda request: HttpResponseNotAllowed(["POST"]))

    response = door(RequestFactory().get("/", headers={"accept": "text/html"}))

    assert response.status_code == 405
    assert b"does not work that way" in response.content


def test_money_with_a_sign_says_which_way_it_went():
    assert rendered("{% money m sign=True %}", m=Money(500_000, "KES")) == '<span class="money in">+ KSh 5,000</span>'
    assert rendered("{% money m sign=True %}", m=Money(-2500, "GBP")) == '<span class="money">− £25.00</span>'


def test_the_ring_says_in_words_what_it_shows():
    ring = rendered(
        '{% ring s centre="KSh 5,000" title="Round 1" %}',
        s=[Segment("Amina <W>", "paid", "AW"), Segment("Brian O.", "late", "BO", receives=True)],
    )

    assert "Amina &lt;W&gt;: paid. Brian O.: late, receives this round" in ring
    assert ring.count('class="ring-arc') == 2
    assert 'role="img"' in ring


def test_a_field_keeps_what_was_typed_and_says_what_is_wrong_beside_it():
    from pamoja.site.gallery import sample

    field = rendered('{% form_field form.amount prefix="KSh" %}', form=sample()["form"])

    assert 'value="five thousand"' in field
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="id_amount_error"' in field
    assert 'id="id_amount_error"' in field


def test_the_pager_keeps_the_filters():
    from pamoja.foundation.paging import page_of

    request = RequestFactory().get("/?q=market&page=2")

    pager = rendered('{% pager page noun="circles" %}', page=page_of(range(45), 2), request=request)

    assert 'href="?q=market&amp;page=1"' in pager
    assert 'href="?q=market&amp;page=3"' in pager
    assert "Page 2 of 3 · 45 circles" in pager
