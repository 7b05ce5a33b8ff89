"""The real sandbox as the specs use it, and our hot path on its real port."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import uvicorn
from django.conf import settings
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette

from pamoja.kernel.payments import hotpath, jobs
from pamoja.kernel.payments.providers import rails
from pamoja.site.config import load
from tests.harness.databases import RUNTIME, Databases
from tests.harness.servers import NO_AUTHORITIES


class Outside:
    """Both clocks, the switches, and what really moved."""

    def __init__(self, base_url: str, clock: Any) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=30, verify=NO_AUTHORITIES)
        self._clock = clock

    def begin(self) -> None:
        """As fresh as on the first day."""
        rails.close_rails()
        self._put("/clock", {"now": self._clock.now.isoformat()})
        self._http.delete("/api/faults")
        self.autopilot("pin")
        self._put(
            "/api/preferences", {"callback_delay_s": 0, "b2c_delay_s": 0, "command_delay_s": 0, "prompt_timeout_s": 60}
        )
        self._mark = max((row["id"] for row in self._statement()), default=0)

    def end(self) -> None:
        """Let what is under way come to its end, so that it does not reach into the next spec."""
        self._http.delete("/api/faults")
        self._put("/clock", {"advance_s": 200_000})
        self.settle()
        self._put("/clock", {"real": True})
        self._http.close()
        rails.close_rails()

    def faults(self, **faults: Any) -> None:
        self._put("/api/faults", {"seed": 1, "faults": faults})

    def autopilot(self, answer: str = "pin", **more: Any) -> None:
        self._put("/api/autopilot", {"answer": answer} | more)

    def settle(self) -> None:
        assert self._http.post("/api/settle", json={"timeout_s": 20}).json() == {"settled": True}

    def pass_time(self, *seconds: float) -> None:
        """Time goes by on both sides; after each step the callbacks are out and the platform has swept."""
        for step in seconds:
            self._clock.turn_by(seconds=step)
            self._put("/clock", {"now": self._clock.now.isoformat()})
            self.sweep()

    def sweep(self) -> None:
        """Callbacks arrive, and the platform takes up whatever is due; twice, because answers are callbacks, too."""
        for _ in range(2):
            self.settle()
            jobs.sweep()

    def has_struck(self, fault: str) -> bool:
        """Whether the switch did what it was set to do."""
        return bool(self._http.get("/api/faults").json()["faults"][fault]["fired"])

    def moved(self, direction: str, **filters: str) -> int:
        """What really moved since the spec began. Units: shillings."""
        return sum(row["amount_kes"] for row in self._statement(**filters) if row["direction"] == direction)

    def pay_by_menu(self, msisdn: str, shillings: int, reference: str) -> dict[str, Any]:
        """Somebody pays the paybill by themselves."""
        order = {"amount_kes": shillings, "reference": reference}
        return dict(self._http.post(f"/api/phones/{msisdn}/pay", json=order).json())

    def last_receipt(self) -> str:
        """Of what moved last: what M-PESA's message to the payer begins with."""
        return str(self._statement()[-1]["receipt"])

    def turn(self, seconds: float) -> None:
        """Time goes by on both sides, and nobody sweeps."""
        self._clock.turn_by(seconds=seconds)
        self._put("/clock", {"now": self._clock.now.isoformat()})

    def open_bank_account(self, number: str, currency: str) -> None:
        self._put(f"/api/bank/accounts/{number}", {"name": "A community", "currency": currency})

    def bank_transfer(self, account: str, minor: int, reference: str, *, sender: str) -> None:
        """Somebody transfers into the account; a negative amount leaves it."""
        told = {"account": account, "amount_minor": minor, "reference": reference, "name": "X", "from": sender}
        assert self._http.post("/api/bank/transfers", json=told).is_success

    def bank_balance(self, account: str) -> int:
        """What the account holds. Units: minor."""
        found = self._http.get("/api/bank/accounts").json()
        assert found["unaccounted_minor"] == 0
        return next(int(each["balance_minor"]) for each in found["accounts"] if each["number"] == account)

    @contextmanager
    def shortcode_holding(self, shillings: int) -> Iterator[None]:
        """The community's merchant account has only so much money."""
        self._put("/api/shortcodes/174379", {"balance_kes": shillings})
        yield
        self._put("/api/shortcodes/174379", {"balance_kes": 10_000_000})

    def _statement(self, **filters: str) -> list[dict[str, Any]]:
        parameters = {"after": str(getattr(self, "_mark", 0)), **filters}
        answer = self._http.get("/mpesa/statement", params=parameters).json()
        assert answer["proof"]["unaccounted_kes"] == 0
        return list(answer["movements"])

    def _put(self, path: str, body: dict[str, Any]) -> None:
        answer = self._http.put(path, json=body)
        assert answer.status_code == 200, answer.text


@contextmanager
def front_door(database: str) -> Iterator[None]:
    """Our hot path, served on the port where the sandbox calls back, on this database."""
    import os

    url = Databases(os.environ["PAMOJA_TEST_SUPERUSER_URL"]).url(database, RUNTIME)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncConnectionPool(url, min_size=1, max_size=4, open=False) as pool:
            app.state.pool = pool
            yield

    app = Starlette(routes=hotpath.routes, lifespan=lifespan)
    config = uvicorn.Config(app, host="127.0.0.1", port=load().port, log_level="error", access_log=False, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the front door did not open"
        time.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive(), "the front door does not close"


assert settings.PAMOJA.mpesa_callback_base_url.startswith("http://127.0.0.1:")
