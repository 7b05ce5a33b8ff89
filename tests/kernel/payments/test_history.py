"""The history of payments ..."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pamoja.foundation import clock
from pamoja.kernel.payments.models import Collection
from pamoja.kernel.payments.queries.history import PaymentLines, Wanted, all_payments, member_payments
from pamoja.kernel.payments.queries.reports import payments_report, report_csv
from pamoja.kernel.payments.queries.upcoming import Upcoming, upcoming_payments
from tests.kernel.payments.cast import answered, ask, kes, send, submitted
from tests.world import signed_in

if TYPE_CHECKING:
    from tests.world import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(cast: Cast) -> Collection:
    """KSh 500 of the member, paid by phone under a receipt."""
    collection = ask(member_id=cast.member.pk, shillings=500, purpose="wallet.top_up")
    attempt = answered(submitted(collection), "0")
    attempt.receipt = "SKL7TLTQA2"
    attempt.save(update_fields=["receipt"])
    collection.refresh_from_db()
    return collection


@pytest.fixture
def get(cast: Cast) -> Callable[..., Any]:
    """`get("payments/")` as the member, `get("payments/all/", "owner")` as the operator."""
    return lambda path, who="member": signed_in(getattr(cast, who)).get(f"/c/{cast.community.slug}/{path}")


def _found(lines: PaymentLines) -> list[str]:
    return [each.amount.text for each in lines]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), ["KSh 100", "KSh 500"]),
        (Wanted(kind="out"), ["KSh 100"]),
        (Wanted(rail="mpesa", standing="done"), ["KSh 500"]),
        (Wanted(rail="stripe"), []),
        (Wanted(least=kes(101)), ["KSh 500"]),
        (Wanted(least=kes(100), most=kes(100)), ["KSh 100"]),
        (Wanted(text="skl7tltqa2"), ["KSh 500"]),
        (Wanted(text="withdraw"), ["KSh 100"]),
        (Wanted(text="top up"), ["KSh 500"]),
        (Wanted(text="KSh 500"), ["KSh 500"]),
        (Wanted(text="nothing\0like it"), []),
    ],
)
def test_is_filtered_and_searched(cast: Cast, paid: Collection, wanted: Wanted, found: list[str]) -> None:
    send(member_id=cast.member.pk, shillings=100)

    assert _found(member_payments(cast.member.pk, wanted)) == found
    assert _found(all_payments(wanted)) == found
    assert member_payments(cast.member.pk, wanted).count() == len(found)


def test_finds_a_member_for_staff_alone(cast: Cast, paid: Collection) -> None:
    word = cast.member.name.split()[0]

    assert _found(all_payments(Wanted(text=word))) == ["KSh 500"]
    assert _found(member_payments(cast.member.pk, Wanted(text=word))) == []
    assert _found(member_payments(cast.treasurer.pk)) == []


def test_goes_page_by_page(cast: Cast) -> None:
    for shillings in range(1, 6):
        ask(member_id=cast.member.pk, shillings=shillings)
    lines = member_payments(cast.member.pk)

    assert [each.amount.text for page in (lines[0:2], lines[2:4], lines[4:6]) for each in page] == [
        f"KSh {each}" for each in (5, 4, 3, 2, 1)
    ]


def test_is_kept_as_a_file_with_what_the_filters_show(get: Callable[..., Any], paid: Collection) -> None:
    text = get("payments/export.csv").content.decode()
    pdf = get("payments/export.pdf?kind=in")

    assert text.splitlines()[1].split(",")[2:] == ["in", "Top up", "M-PESA", "Paid", "500.00", "KES", "SKL7TLTQA2",
                                                   paid.public_id]  # fmt: skip
    assert len(get("payments/export.csv?kind=out").content.decode().splitlines()) == 1
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")


def test_gives_a_receipt_once_it_has_arrived(cast: Cast, get: Callable[..., Any], paid: Collection) -> None:
    waiting = ask(member_id=cast.member.pk, shillings=700)

    page = get(f"payments/{paid.public_id}/receipt/").content.decode()

    assert "SKL7TLTQA2" in page
    assert get(f"payments/{paid.public_id}/receipt.pdf").content[:5] == b"%PDF-"
    assert get(f"payments/{waiting.public_id}/receipt/").status_code == 409
    assert get(f"payments/{paid.public_id}/receipt/", "treasurer").status_code == 404


@pytest.mark.parametrize("path", ["all/", "all/export.csv", "all/export.pdf", "reports/", "reports/export.csv"])
def test_is_everybodys_for_staff_alone(get: Callable[..., Any], paid: Collection, path: str) -> None:
    assert get(f"payments/{path}", "owner").status_code == 200
    assert get(f"payments/{path}").status_code == 403


def test_shows_staff_one_payment_in_full(get: Callable[..., Any], paid: Collection) -> None:
    page = get(f"payments/all/{paid.public_id}/", "owner").content.decode()

    assert "SKL7TLTQA2" in page
    assert "Attempts" in page
    assert get(f"payments/all/{paid.public_id}/").status_code == 403


def test_is_reported_by_rail_and_by_month(cast: Cast, paid: Collection) -> None:
    answered(submitted(ask(member_id=cast.treasurer.pk, shillings=300, attempts_max=1), "ws_CO_2"), "1032", "ws_CO_2")
    ask(member_id=cast.treasurer.pk, shillings=200)
    today = clock.today("Africa/Nairobi")

    report = payments_report(today - timedelta(days=3), today, "month", "Africa/Nairobi")

    [(rail, by_rail)] = report.by_rail
    [(month, by_month)] = report.by_period
    assert (rail, month) == ("M-PESA", today.replace(day=1))
    for each in (by_rail, by_month, report.total):
        assert (each.asked, each.done, each.failed, each.open) == (3, 1, 1, 1)
        assert (each.asked_money.text, each.done_money.text) == ("KSh 1,000", "KSh 500")
        assert each.success_percent == 50
    assert report_csv(report).count("\n") == 5


def test_is_preceded_by_what_comes(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from pamoja.kernel.payments.queries import upcoming

    again = answered(submitted(ask(member_id=cast.member.pk, shillings=300, purpose="tests.gift:1")), "1032")
    again.collection.refresh_from_db()

    def told(member_id: Any, until: Any) -> list[Upcoming]:
        soon = clock.now() + timedelta(days=1)
        return [
            Upcoming(
                purpose=f"tests.gift:{number}", at=soon + timedelta(days=number), amount=kes(number), title="A gift"
            )
            for number in (2, 1)
        ]

    monkeypatch.setattr(upcoming, "_sources", {"savings": told})
    found = upcoming_payments(cast.member.pk)

    assert [(each.purpose, each.amount.text) for each in found] == [
        ("tests.gift:1", "KSh 300"),
        ("tests.gift:2", "KSh 2"),
    ]
    assert found[0].at == again.collection.next_attempt_at
