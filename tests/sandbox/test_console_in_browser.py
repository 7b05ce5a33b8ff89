"""The console in a real browser"""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.harness.browsers import a_chromium
from tests.harness.servers import NO_AUTHORITIES
from tests.sandbox.conftest import AMINA, BRIAN, Platform, Process
from tests.sandbox.test_server import push

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with a_chromium() as browser:
        yield browser


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    yield page
    page.close()


@pytest.fixture
def client(same_process: Process) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=same_process.url, trust_env=False, verify=NO_AUTHORITIES) as client:
        yield client


def test_shows_a_prompt_by_itself_and_pays_it_by_pin(client: httpx.Client, platform: Platform, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{client.base_url}/phones/{AMINA}")
    expect(page.get_by_text("Nothing yet.")).to_be_visible()

    push(client, platform.url)
    page.get_by_label("Enter M-PESA PIN").fill("1234")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Confirmed. Ksh50.00 sent to PAMOJA SANDBOX")).to_be_visible()
    assert client.get("/mpesa/statement").json()["proof"]["count"] == 1

    expect(page.locator("#account .big")).to_have_text("KSh 199,950")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert complaints == []


def test_keeps_what_is_being_typed_when_something_changes(client: httpx.Client, platform: Platform, page: Page) -> None:
    push(client, platform.url, BRIAN)
    page.goto(f"{client.base_url}/phones/{BRIAN}")
    page.get_by_label("Enter M-PESA PIN").fill("12")

    client.put(f"/api/phones/{BRIAN}", json={"balance_kes": 77_000})

    expect(page.locator("#account .big")).to_have_text("KSh 77,000")
    expect(page.get_by_label("Enter M-PESA PIN")).to_have_value("12")
