"""The desk of who looks after payments ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from pamoja.kernel.payments.errors.showing import WaitsUnsound
from pamoja.kernel.payments.models import PaymentSettings, Plan, Price, PromotionCode, TaxRate
from pamoja.kernel.payments.queries.settings import rails, retry_policy
from pamoja.kernel.payments.rules.waits import read_waits, written_waits
from tests.world import signed_in

if TYPE_CHECKING:
    from tests.world import Cast

pytestmark = pytest.mark.django_db

SETTINGS = {
    "on_mpesa": "on", "place_mpesa": "2", "on_bank": "on", "place_bank": "1", "place_stripe": "3", "place_wallet": "4",
    "waits_mpesa": "10 min, 3 h, 1 day", "waits_stripe": "6 h", "from_hour": "8", "until_hour": "18",
    "weekdays": ["0", "4"], "paydays": "1, 28", "holder": "Umoja Savers", "bank": "Equity", "account": "0123456789",
}  # fmt: skip
PRICE = {"scheme": "flat", "amount": "100", "interval": "month", "interval_count": "1"}


@pytest.fixture
def post(cast: Cast) -> Callable[..., Any]:
    """`post("payments/settings/", {...})` as the operator."""

    def posted(path: str, data: dict[str, Any], who: str = "owner") -> Any:
        return signed_in(getattr(cast, who)).post(f"/c/{cast.community.slug}/{path}", data)

    return posted


@pytest.fixture
def plan(cast: Cast) -> Plan:
    return Plan.objects.create(product="welfare", code="welfare", name="Welfare fund")


def test_chooses_the_rails_and_when_members_are_asked_again(cast: Cast, post: Callable[..., Any]) -> None:
    from pamoja.kernel.audit.public import facts

    assert post("payments/settings/", SETTINGS).status_code == 302

    row, policy = PaymentSettings.objects.get(), retry_policy("mpesa")
    assert (rails(), policy.from_hour, policy.until_hour) == (["bank", "mpesa"], 8, 18)
    assert (policy.weekdays, policy.paydays) == ({0, 4}, {1, 28})
    # What is as usual is not kept, so that it follows the installation.
    assert row.delays_s == {"stripe": [21_600]}
    assert row.bank_account == {"holder": "Umoja Savers", "bank": "Equity", "account": "0123456789"}
    assert post("payments/settings/", SETTINGS).status_code == 302
    [fact] = facts(name="payments.settings_changed")
    assert "0123456789" not in str(fact.data)


@pytest.mark.parametrize(
    ("differs", "said"),
    [
        ({"on_mpesa": "", "on_bank": ""}, "at least one way to pay"),
        ({"from_hour": "19"}, "has to come before"),
        ({"from_hour": "21", "until_hour": ""}, "has to come before"),
        ({"paydays": "32"}, "1 to 31"),
        ({"waits_mpesa": "soon"}, "how long to wait"),
        ({"holder": "", "bank": "Equity"}, "account"),
    ],
)
def test_says_what_is_wrong_with_the_settings(differs: dict[str, str], said: str, post: Callable[..., Any]) -> None:
    answer = post("payments/settings/", SETTINGS | differs)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not PaymentSettings.objects.exists()


@pytest.mark.parametrize("path", ["payments/settings/", "billing/desk/codes/", "billing/desk/taxes/"])
def test_lets_nobody_else_choose(path: str, post: Callable[..., Any]) -> None:
    assert post(path, SETTINGS, "member").status_code == 403
    assert not PaymentSettings.objects.exists()


@pytest.mark.parametrize(
    ("text", "waits_s"), [("10 min, 3 h, 1 day", [600, 10_800, 86_400]), ("90min", [5_400]), ("2 days", [172_800])]
)
def test_reads_waits_as_people_write_them(text: str, waits_s: list[int]) -> None:
    assert read_waits(text) == waits_s
    assert read_waits(written_waits(waits_s)) == waits_s


@pytest.mark.parametrize("text", ["0 min", "61 days", "3", "h", "1 h; 2 h", ", ".join(["1 h"] * 9)])
def test_refuses_waits_that_make_no_sense(text: str) -> None:
    with pytest.raises(WaitsUnsound):
        read_waits(text)


def test_offers_a_price_in_tiers_and_offers_it_no_more(plan: Plan, post: Callable[..., Any]) -> None:
    path = f"billing/desk/plans/{plan.public_id}/"
    tiers = {
        "scheme": "graduated",
        "up_to_1": "100",
        "unit_1": "2",
        "unit_2": "1.50",
        "flat_2": "50",
        "is_metered": "on",
    }

    assert post(path, PRICE | tiers).status_code == 302

    price = Price.objects.get()
    assert [(each.up_to, each.unit_minor, each.flat_minor) for each in price.tariff.tiers] == [
        (100, 200, 0),
        (None, 150, 5_000),
    ]
    assert post(f"{path}prices/{price.public_id}/withdraw/", {}).status_code == 302
    price.refresh_from_db()
    assert not price.is_offered


@pytest.mark.parametrize(
    "differs",
    [{"amount": ""}, {"amount": "x"}, {"scheme": "volume"}, {"scheme": "volume", "up_to_1": "5", "unit_1": "2"}],
)
def test_refuses_a_price_that_leaves_something_open(
    differs: dict[str, str], plan: Plan, post: Callable[..., Any]
) -> None:
    assert post(f"billing/desk/plans/{plan.public_id}/", PRICE | differs).status_code == 422
    assert not Price.objects.exists()


def test_gives_out_a_code_and_takes_it_back(plan: Plan, post: Callable[..., Any]) -> None:
    typed = {"code": "karibu", "name": "Welcome", "percent": "50", "duration": "once", "plan": str(plan.pk)}

    assert post("billing/desk/codes/", typed).status_code == 302
    assert post("billing/desk/codes/", typed).status_code == 422
    assert post("billing/desk/codes/", typed | {"code": "other", "amount": "5"}).status_code == 422

    code = PromotionCode.objects.get()
    assert (code.code, code.discount.words, code.discount.plan) == ("KARIBU", "50 % off the first invoice", plan)
    assert post(f"billing/desk/codes/{code.public_id}/take-back/", {}).status_code == 302
    code.refresh_from_db()
    assert not code.is_active


def test_puts_a_tax_on_invoices_and_ends_it(post: Callable[..., Any]) -> None:
    assert post("billing/desk/taxes/", {"name": "VAT", "percent": "16.5", "is_inclusive": "on"}).status_code == 302

    tax = TaxRate.objects.get()
    assert (tax.words, tax.is_inclusive, tax.is_active) == ("VAT 16.5 %", True, True)
    assert post(f"billing/desk/taxes/{tax.public_id}/end/", {}).status_code == 302
    tax.refresh_from_db()
    assert not tax.is_active
