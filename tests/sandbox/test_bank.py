"""The bank and the statements by which the platform checks its books"""

import csv
import io

import pytest

from tests.sandbox.conftest import AMINA, Outside


def transfer(outside: Outside, amount_minor: int, reference: str = "PAM-7K2Q") -> str:
    order = {"amount_minor": amount_minor, "reference": reference, "name": "Amina Wanjiru"}
    answer = outside.client.post("/api/bank/transfers", json=order)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def test_tells_what_came_and_went_since_the_last_line_seen(outside: Outside) -> None:
    first = transfer(outside, 500_000)
    transfer(outside, -120_000, "Payout 12")

    everything = outside.client.get("/bank/statement").json()
    rest = outside.client.get("/bank/statement", params={"since": first}).json()

    assert [line["amount_minor"] for line in everything["lines"]] == [500_000, -120_000]
    assert [line["reference"] for line in rest["lines"]] == ["Payout 12"]
    assert everything["account"]["balance_minor"] == everything["lines"][-1]["balance_minor"] == 380_000
    assert outside.client.get("/bank/statement", params={"since": everything["next"]}).json()["lines"] == []
    assert outside.client.get("/api/bank/accounts").json()["unaccounted_minor"] == 0


def test_pages_and_reads_from_a_moment(outside: Outside) -> None:
    transfer(outside, 100)
    outside.advance(3_600)
    now = outside.client.get("/clock").json()["now"]
    transfer(outside, 200)

    page = outside.client.get("/bank/statement", params={"limit": 1}).json()

    assert (len(page["lines"]), page["has_more"]) == (1, True)
    later = outside.client.get("/bank/statement", params={"since": now}).json()["lines"]
    assert [line["amount_minor"] for line in later] == [200]


REFUSED = [{"amount_minor": 0}, {"amount_minor": "much"}, {"amount_minor": 5, "account": "nowhere"}]


@pytest.mark.parametrize("order", REFUSED)
def test_refuses_a_transfer_and_moves_nothing(outside: Outside, order: dict[str, object]) -> None:
    assert outside.client.post("/api/bank/transfers", json=order).status_code in (400, 404)

    assert outside.client.get("/bank/statement").json()["lines"] == []


@pytest.mark.parametrize(("fault", "lines"), [("line_missing", 1), ("line_extra", 3)])
@pytest.mark.parametrize("scope", ["bank", "pull"])
def test_falsifies_a_statement_this_time(outside: Outside, scope: str, fault: str, lines: int) -> None:
    address = "/bank/statement.csv" if scope == "bank" else "/mpesa/statement.csv"
    for number in (1, 2):
        transfer(outside, 100)
        outside.client.post(f"/api/phones/{AMINA}/pay", json={"amount_kes": 100 + number, "reference": "CIRCLE4"})
    outside.faults(**{fault: {"next": 1, "scope": scope}})

    counts = [len(list(csv.DictReader(io.StringIO(outside.client.get(address).text)))) for _ in range(2)]

    assert counts == [lines, 2]


def test_writes_mpesas_statement_as_the_portal_does(outside: Outside) -> None:
    outside.client.post(f"/api/phones/{AMINA}/pay", json={"amount_kes": 150, "reference": "CIRCLE4"})

    (line,) = csv.DictReader(io.StringIO(outside.client.get("/mpesa/statement.csv").text))

    (moved,) = outside.statement()
    assert (line["Receipt No."], line["Paid In"], line["A/C No."]) == (moved["receipt"], "150.00", "CIRCLE4")
    assert AMINA not in str(line)


@pytest.mark.parametrize(
    ("fault", "status"), [("too_many_requests", 429), ("internal_error", 500), ("html_error", 502)]
)
def test_refuses_at_the_gate(outside: Outside, fault: str, status: int) -> None:
    outside.faults(**{fault: {"next": 1, "scope": "bank"}})

    assert [outside.client.get("/bank/statement").status_code for _ in range(2)] == [status, 200]
