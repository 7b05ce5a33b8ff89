"""The console of the sandbox"""

from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import AMINA, Outside
from tests.sandbox.stripe_outside import Stripe
from tests.sandbox.test_mailbox import letter, take

BROWSER = {"Accept": "text/html,application/xhtml+xml"}
PAGES = ["/", "/phones", f"/phones/{AMINA}", "/mail", "/requests", "/faults", "/time", "/statement", "/cards", "/bank"]
NASTY = '"><script>alert(1)</script>'


def submit(outside: Outside, path: str, **form: str) -> httpx.Response:
    return outside.client.post(path, data=form, headers=BROWSER)


def play_stripe_and_the_bank(outside: Outside) -> None:
    """A payment, a decline, a question to a cardholder, a dispute, and a transfer with a nasty name."""
    stripe = Stripe(outside)
    for card in ("pm_card_visa", "pm_card_createDispute", "pm_card_authenticationRequired"):
        stripe.pay(card, description=NASTY)
    stripe.refused("/payment_intents", 402, **stripe.order("pm_card_chargeDeclined"))
    outside.client.post("/api/bank/transfers", json={"amount_minor": 5, "reference": NASTY, "name": NASTY})


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("is_busy", [False, True])
def test_shows_its_pages_before_and_after_something_happened(outside: Outside, path: str, is_busy: bool) -> None:
    if is_busy:
        outside.push()
        outside.answer()
        outside.push()
        outside.b2c()
        outside.faults(callback_lost={"next": 7}, late_success={"probability": 0.37})
        outside.autopilot("mix", mix={"pin": 1}, phones=[AMINA])
        take(outside, letter())
        play_stripe_and_the_bank(outside)
        outside.settle()
        outside.advance(10)

    answer = outside.client.get(path, headers=BROWSER)

    assert answer.status_code == 200
    assert "<h1>" in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "style=" not in answer.text
    assert NASTY not in answer.text
    assert len(answer.content) < 100_000


def test_shows_one_letter_and_one_request(outside: Outside) -> None:
    number = take(outside, letter())
    outside.push()
    entry = outside.client.get("/api/requests").json()["requests"][0]["id"]

    assert "Code 123456" in outside.client.get(f"/mail/{number}", headers=BROWSER).text
    assert "CheckoutRequestID" in outside.client.get(f"/requests/{entry}", headers=BROWSER).text


def test_shows_a_letter_s_html_where_it_can_do_nothing(outside: Outside) -> None:
    number = take(outside, letter())

    answer = outside.client.get(f"/mail/{number}/html")

    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert 'sandbox="allow-popups"' in outside.client.get(f"/mail/{number}", headers=BROWSER).text


def test_never_lets_what_it_shows_become_markup(outside: Outside) -> None:
    outside.client.put(f"/api/phones/{AMINA}", json={"name": NASTY})
    outside.push(AccountReference='"><b>x</b>', TransactionDesc="<i>")
    number = take(outside, letter(subject=NASTY, text=NASTY), f"{NASTY}@example.org")
    outside.client.post(f"/mpesa/{NASTY}", content=NASTY)

    for path in [
        *PAGES,
        f"/mail/{number}",
        f"/phones?q={NASTY}",
        f"/mail?to={NASTY}",
        f"/requests?q={NASTY}",
        "/requests/3",
    ]:
        text = outside.client.get(path, headers=BROWSER).text
        assert "<script>alert" not in text
        assert "<b>x</b>" not in text


def test_pays_with_the_pin_typed_into_the_form(outside: Outside) -> None:
    outside.push()
    (prompt,) = outside.prompts()

    answer = submit(outside, f"/prompts/{prompt['id']}", pin="1234", action="pin")

    assert (answer.status_code, answer.headers["location"]) == (303, f"/phones/{AMINA}")
    assert len(outside.statement()) == 1


@pytest.mark.parametrize(("action", "code"), [("cancel", "1032"), ("wrong_pin", "2001"), ("unreachable", "1037")])
def test_answers_otherwise_by_the_other_buttons(outside: Outside, action: str, code: str) -> None:
    checkout = outside.push().json()["CheckoutRequestID"]
    (prompt,) = outside.prompts()

    submit(outside, f"/prompts/{prompt['id']}", pin="", action=action)

    assert outside.query(checkout).json()["ResultCode"] == code


def test_says_what_is_wrong_with_a_pin_and_leaves_the_prompt(outside: Outside) -> None:
    outside.push()
    (prompt,) = outside.prompts()

    answer = submit(outside, f"/prompts/{prompt['id']}", pin="12", action="pin")

    assert answer.status_code == 400
    assert "A PIN has four digits." in answer.text
    assert len(outside.prompts()) == 1


def test_picks_up_a_phone_by_any_spelling_of_its_number(outside: Outside) -> None:
    assert submit(outside, "/phones", msisdn="0712 345 678").headers["location"] == f"/phones/{AMINA}"
    assert submit(outside, "/phones", msisdn="12").status_code == 400


def test_pays_by_menu_and_says_why_not(outside: Outside) -> None:
    paid = submit(outside, f"/phones/{AMINA}/pay", shortcode="174379", reference="CIRCLE4", amount_kes="100")
    refused = submit(outside, f"/phones/{AMINA}/pay", shortcode="174379", reference="CIRCLE4", amount_kes="149000000")

    assert paid.status_code == 303
    assert refused.status_code == 409
    assert "No money has moved." in refused.text
    assert len(outside.statement()) == 1


@pytest.mark.parametrize(
    ("by", "seconds"),
    [("hour", 3600), ("day", 86_400), ("week", 604_800)],
)
def test_turns_the_clock_by_its_buttons(outside: Outside, by: str, seconds: int) -> None:
    submit(outside, "/time", by=by)

    assert outside.client.get("/clock").json()["offset_s"] == pytest.approx(seconds, abs=1)


def test_turns_the_clock_to_the_month_s_last_day_when_the_next_is_shorter(outside: Outside) -> None:
    outside.client.put("/clock", json={"now": "2027-01-31T09:00:00Z"})

    submit(outside, "/time", by="month")
    turned = outside.client.get("/clock").json()["now"]
    submit(outside, "/time", by="real")

    assert turned.startswith("2027-02-28T09:00:0")
    assert outside.client.get("/clock").json()["offset_s"] == 0


def test_turns_the_clock_to_a_moment_in_nairobi(outside: Outside) -> None:
    submit(outside, "/time", by="to", now="2027-03-01T09:00")

    assert outside.client.get("/clock").json()["now"].startswith("2027-03-01T06:00:0")


def test_switches_faults_and_the_autopilot(outside: Outside) -> None:
    submit(outside, "/faults/callback_late", setting="1 in 2", scope="b2c", delay_s="60")
    submit(outside, "/faults/seed", seed="42")
    submit(outside, "/autopilot", answer="mix", delay_s="3")

    faults = outside.client.get("/api/faults").json()
    late = faults["faults"]["callback_late"]
    assert (faults["seed"], late["probability"], late["scope"], late["delay_s"]) == (42, 0.5, "b2c", 60)
    assert outside.client.get("/api/autopilot").json()["delay_s"] == 3
    submit(outside, "/faults/off")
    assert outside.client.get("/api/faults").json()["faults"]["callback_late"]["probability"] == 0


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("/faults/nothing", {"setting": "next"}, 400),
        ("/faults/callback_late", {"setting": "sometimes"}, 400),
        ("/faults/callback_late", {"setting": "next", "delay_s": "x"}, 400),
        ("/faults/seed", {"seed": "x"}, 400),
        ("/autopilot", {"answer": "maybe"}, 400),
        ("/time", {"by": "year"}, 400),
        ("/time", {"by": "to", "now": "soon"}, 400),
        ("/prompts/77", {"pin": "1234"}, 404),
        (f"/phones/{AMINA}", {"balance_kes": "-1"}, 400),
        ("/phones/1", {"reachable": "no"}, 400),
        ("/nowhere", {}, 404),
        ("/", {}, 405),
    ],
)
def test_answers_bad_input_with_a_page_that_says_so(outside: Outside, path: str, form: Any, status: int) -> None:
    answer = submit(outside, path, **form)

    assert answer.status_code == status
    assert "Go back" in answer.text


@pytest.mark.parametrize(
    "path", ["/mail/99", "/requests/99", "/phones/123", "/mail?before=x", "/mail/99999999999999999999"]
)
def test_answers_a_bad_address_with_a_page_that_says_so(outside: Outside, path: str) -> None:
    answer = outside.client.get(path, headers=BROWSER)

    assert answer.status_code in (400, 404)
    assert "Go back" in answer.text


def test_answers_its_script_with_nothing_or_a_sentence(outside: Outside) -> None:
    done = outside.client.post("/faults/off", headers={"Accept": "application/json"})
    refused = outside.client.post("/time", data={"by": "year"}, headers={"Accept": "application/json"})

    assert done.status_code == 204
    assert refused.json()["error"]["message"] == "Choose how to turn the clock."


def test_plays_cardholder_and_bank_at_stripe(outside: Outside) -> None:
    stripe = Stripe(outside)
    asked, paid = stripe.pay("pm_card_authenticationRequired"), stripe.pay("pm_card_visa")
    charge = paid["latest_charge"]

    submit(outside, f"/cards/{asked['id']}/authenticate", passes="yes")
    submit(outside, f"/cards/{charge}/dispute", reason="fraudulent")
    (dispute,) = stripe.get("/disputes")["data"]
    submit(outside, f"/cards/{dispute['id']}/decide", won="no")

    assert stripe.get(f"/payment_intents/{asked['id']}")["status"] == "succeeded"
    assert stripe.get(f"/disputes/{dispute['id']}")["status"] == "lost"
    assert submit(outside, f"/cards/{dispute['id']}/decide", won="yes").status_code == 409


@pytest.mark.parametrize(("amount", "moved"), [("1,500", 150_000), ("1500.5", 150_050), ("-5", None), ("many", None)])
def test_transfers_by_hand(outside: Outside, amount: str, moved: int | None) -> None:
    answer = submit(outside, "/bank", amount=amount, reference="PAM-1", name="Amina", way="in")

    lines = outside.client.get("/bank/statement").json()["lines"]
    assert [line["amount_minor"] for line in lines] == ([moved] if moved else [])
    assert answer.status_code == (303 if moved else 400)
