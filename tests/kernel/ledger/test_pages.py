"""Statements as files, the books' page and the journal"""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from pamoja.foundation.money import Money
from pamoja.kernel.ledger.public import Transfer, hold, open_account, post, wallet_of
from tests.world import Cast, a_member, signed_in


@pytest.fixture
def paid(cast: Cast, clock: Any) -> Cast:
    """The member has had two movements, and 100 shillings are held."""
    with transaction.atomic():
        rail = open_account(owner="rail:mpesa", purpose="clearing", currency="KES", floor_minor=None)
        wallet = wallet_of(cast.member.pk, "KES")
        for key, amount, words in (("a", 250_050, "Top-up"), ("b", 100, "=SUM(A1)")):
            transfers = [Transfer(rail, wallet, Money(amount, "KES"))]
            post(key=key, transfers=transfers, description=words, reference="RF1")
        hold(key="h", account=wallet, amount=Money(10_000, "KES"), expires_at=None, description="")
    return cast


def test_a_statement_is_a_table_for_spreadsheets(paid: Cast, clock: Any) -> None:
    response = signed_in(paid.member).get("/c/umoja/wallet/statement.csv")

    rows = list(csv.reader(io.StringIO(response.content.decode())))
    assert rows[0] == ["Date", "Time", "Entry", "What", "Reference", "Amount (KES)", "Balance"]
    assert rows[1][3:] == ["Opening balance", "", "", "0.00"]
    assert [row[3:] for row in rows[2:4]] == [
        ["Top-up", "RF1", "2500.50", "2500.50"],
        ["'=SUM(A1)", "RF1", "1.00", "2501.50"],  # no spreadsheet runs it
    ]
    assert rows[4][3:] == ["Closing balance", "", "", "2501.50"]
    assert "attachment" in response["Content-Disposition"]


def test_a_statement_is_a_paper_to_keep(paid: Cast) -> None:
    response = signed_in(paid.member).get("/c/umoja/wallet/statement.pdf")

    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    assert len(response.content) > 5_000


def test_a_statement_is_of_the_chosen_days(paid: Cast, clock: Any) -> None:
    before = f"{clock.now - timedelta(days=9):%Y-%m-%d}"

    chosen = signed_in(paid.member).get(f"/c/umoja/wallet/statement.csv?since=2020-01-01&until={before}")
    wrong = signed_in(paid.member).get("/c/umoja/wallet/statement.csv?since=2020-01-01&until=2019-01-01")
    far = signed_in(paid.member).get("/c/umoja/wallet/statement.pdf?since=0001-01-01&until=9999-12-31")

    assert (chosen.status_code, wrong.status_code, far.status_code) == (422, 422, 422)
    fitting = signed_in(paid.member).get(f"/c/umoja/wallet/statement.csv?since=2025-06-01&until={before}")
    assert len(fitting.content.decode().splitlines()) == 3


def test_everybody_gets_only_their_own(paid: Cast) -> None:
    theirs = signed_in(paid.stranger).get("/c/umoja/wallet/statement.csv")

    assert theirs.status_code in {302, 403} or "2500.50" not in theirs.content.decode()
    assert "2500.50" not in signed_in(paid.owner).get("/c/umoja/wallet/statement.csv").content.decode()


def test_the_books_are_for_those_who_keep_them(paid: Cast) -> None:
    bookkeeper = a_member("Njeri Book", roles=["bookkeeper"])

    assert signed_in(paid.member).get("/c/umoja/books/").status_code == 403
    for reader in (paid.owner, bookkeeper):
        page = signed_in(reader).get("/c/umoja/books/").content.decode()
        assert "Nothing is missing" in page
        assert "In transit" in page


def test_the_journal_is_found_by_kind_owner_and_words(paid: Cast) -> None:
    browser, journal = signed_in(paid.owner), "/c/umoja/admin/ledger/journalentry/"

    def found(query: str) -> int:
        return int(browser.get(f"{journal}?{query}").context["cl"].result_count)

    assert found("") == 3
    assert (found("kind=hold"), found("kind=post"), found("kind=refused")) == (1, 2, 0)
    assert (found("touches=rail"), found("touches=circle")) == (2, 0)
    assert (found("q=Top"), found("q=RF1"), found("q=nothing")) == (1, 2, 0)


def test_nobody_writes_in_the_back_office(paid: Cast) -> None:
    from pamoja.kernel.ledger.models import Account, Hold, JournalEntry

    browser = signed_in(paid.owner)
    for model in (Account, JournalEntry, Hold):
        row = model.objects.first()
        assert row is not None
        address = f"/c/umoja/admin/ledger/{model._meta.model_name}/{row.pk}/change/"
        assert browser.get(address).status_code == 200
        assert browser.post(address, {}).status_code == 403
        assert browser.get(f"/c/umoja/admin/ledger/{model._meta.model_name}/add/").status_code == 403
