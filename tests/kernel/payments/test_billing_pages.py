"""The pages and endpoints of billing, as members and the community's own people use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pamoja.kernel.payments.models import Invoice, Question, Subscription
from tests.kernel.payments.billing_cast import a_plan, a_price, let_happen
from tests.kernel.payments.cast import fill_wallet, wallet
from tests.world import signed_in

if TYPE_CHECKING:
    from tests.world import Cast

pytestmark = pytest.mark.usefixtures("clock")


def test_a_member_subscribes_changes_asks_and_leaves(cast: Cast, clock: Any) -> None:
    fill_wallet(cast.member.pk, 5_000)
    browser, home = signed_in(cast.member), f"/c/{cast.community.slug}/billing/"
    price, dear = a_price(310, plan=a_plan(name="Learner")), a_price(620, plan=a_plan(name="Scholar"))
    assert "Learner" in browser.get(home).content.decode()

    form = {"way": "wallet", "code": "nothing", "key": "0" * 32}
    refused = browser.post(f"{home}subscribe/{price.public_id}/", form)
    assert (refused.status_code, Subscription.objects.count()) == (422, 0)
    assert "do not know this code" in refused.content.decode()
    for _ in range(2):
        browser.post(f"{home}subscribe/{price.public_id}/", form | {"code": ""})
    plan = let_happen(Subscription.objects.get())
    browser.post(f"{home}plans/{plan.public_id}/change/", {"price": dear.public_id, "when": "now"})
    let_happen(plan)
    assert (plan.price, wallet(cast.member.pk)[0]) == (dear, 5_000 - 620)

    invoice = Invoice.objects.order_by("number")[0]
    for path, said in (
        ("", invoice.title),
        (f"plans/{plan.public_id}/", "Scholar"),
        (f"invoices/{invoice.public_id}/", "Total"),
        ("questions/", "Ask us"),
    ):
        assert said in browser.get(home + path).content.decode()
    assert browser.get(f"{home}invoices/{invoice.public_id}/file.pdf").content.startswith(b"%PDF")
    browser.post(f"{home}questions/?invoice={invoice.public_id}", {"subject": "Why?", "text": "Please explain."})
    assert Question.objects.get().invoice == invoice

    browser.post(f"{home}plans/{plan.public_id}/do/cancel/")
    browser.post(f"{home}plans/{plan.public_id}/do/keep/")
    browser.post(f"{home}plans/{plan.public_id}/do/end/")
    plan.refresh_from_db()
    assert plan.state == "cancelled"


def test_nobody_sees_what_is_somebody_elses(cast: Cast) -> None:
    fill_wallet(cast.member.pk, 500)
    home = f"/c/{cast.community.slug}/billing/"
    price = a_price(500)
    signed_in(cast.member).post(f"{home}subscribe/{price.public_id}/", {"way": "wallet", "key": "0" * 32})
    plan = let_happen(Subscription.objects.get())
    invoice = Invoice.objects.get()
    other = signed_in(cast.treasurer)

    for path in (
        f"plans/{plan.public_id}/",
        f"invoices/{invoice.public_id}/",
        f"invoices/{invoice.public_id}/file.pdf",
    ):
        assert other.get(home + path).status_code == 404
    assert signed_in(cast.member).get(f"{home}desk/").status_code == 403
    assert other.post(f"{home}plans/{plan.public_id}/do/end/").status_code == 404
    plan.refresh_from_db()
    assert plan.state == "active"


def test_the_community_offers_answers_and_gives_back(cast: Cast) -> None:
    owner, home = signed_in(cast.owner), f"/c/{cast.community.slug}/billing/"
    typed = {"product": "learning", "name": "Learner", "code": "learner", "amount": "500", "interval": "month"}
    made = owner.post(f"{home}desk/plan/", typed | {"trial_days": 0, "grace_days": 7, "after_grace": "pause"})
    assert made.status_code == 302, made.content.decode()[:2000]
    fill_wallet(cast.member.pk, 500)
    member, api = signed_in(cast.member), f"/c/{cast.community.slug}/api/v1/billing"
    (price,) = member.get(f"{api}/prices").json()
    body = {"price": price["id"], "from_wallet": True}
    begun = member.post(f"{api}/subscriptions", body, content_type="application/json")
    assert (begun.status_code, begun.json()["state"]) == (201, "incomplete")
    let_happen(Subscription.objects.get())
    assert member.get(f"{api}/subscriptions").json()[0]["is_open"]
    (listed,) = member.get(f"{api}/invoices").json()["items"]
    assert member.get(f"{api}/invoices/{listed['id']}").json()["lines"][0]["amount"]["amount_minor"] == 50_000
    asked = member.post(f"{api}/questions", {"subject": "Why?", "text": "?"}, content_type="application/json").json()

    assert "Why?" in owner.get(f"{home}desk/").content.decode()
    owner.post(f"{home}questions/{asked['id']}/", {"text": "Because.", "is_closed": "on"})
    refund = {"amount": "500", "reason": "A mistake", "key": "0" * 32}
    for _ in range(2):
        owner.post(f"{home}desk/invoices/{listed['id']}/refund/", refund)

    assert member.get(f"{api}/questions").json()[0]["state"] == "resolved"
    assert (Invoice.objects.get().state, wallet(cast.member.pk)[0]) == ("refunded", 500)
