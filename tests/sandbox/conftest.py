"""The outside world in this process, and a platform on a real port that writes down what it is told."""

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial, partialmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding

from pamoja.sandbox.app import Sandbox, create_app
from tests.harness.servers import NO_AUTHORITIES

INITIATOR_PASSWORD = "pamoja-initiator-password"
AMINA, BRIAN = "254712345678", "254722000111"
START_S = 30
TIMESTAMP = "20261121083400"
PASSWORD = "MTc0Mzc5cGFtb2phLXNhbmRib3gtcGFzc2tleTIwMjYxMTIxMDgzNDAw"


@dataclass
class Platform:
    """What the platform was told, in order, with the address it came from; `raw` as it came, with its headers."""

    url: str = ""
    told: list[dict[str, Any]] = field(default_factory=list)
    peers: list[str] = field(default_factory=list)
    raw: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    status: int = 200
    answer: dict[str, Any] = field(default_factory=lambda: {"ResultCode": 0, "ResultDesc": "Accepted"})

    def stk(self) -> list[dict[str, Any]]:
        return [body["Body"]["stkCallback"] for body in self.told if "Body" in body]

    def results(self) -> list[dict[str, Any]]:
        return [body["Result"] for body in self.told if "Result" in body]


@pytest.fixture
def platform() -> Iterator[Platform]:
    noted = Platform()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            noted.told.append(json.loads(body) | {"path": self.path})
            noted.peers.append(self.client_address[0])
            noted.raw.append((body.decode(), dict(self.headers)))
            answer = json.dumps(noted.answer).encode()
            self.send_response(noted.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    noted.url = f"http://127.0.0.1:{server.server_address[1]}/hooks"
    yield noted
    server.shutdown()
    server.server_close()


class Client:
    """Asks an ASGI application that runs in another thread of this process."""

    def __init__(self, portal: BlockingPortal, client: httpx.AsyncClient) -> None:
        self._portal, self._client = portal, client

    def request(self, method: str, path: str, **parts: Any) -> httpx.Response:
        return self._portal.call(partial(self._client.request, method, path, **parts))

    def call(self, function: Callable[..., Any], *values: Any) -> Any:
        """Runs `function` on the application's own loop."""

        async def there() -> Any:
            return function(*values)

        return self._portal.call(there)

    get = partialmethod(request, "GET")
    put = partialmethod(request, "PUT")
    post = partialmethod(request, "POST")
    delete = partialmethod(request, "DELETE")


@contextmanager
def running(app: Sandbox) -> Iterator[Client]:
    """The application with its lifespan, until the block ends."""
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 50000))
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(app.router.lifespan_context(app)),
        portal.wrap_async_context_manager(
            httpx.AsyncClient(transport=transport, base_url="http://sandbox", trust_env=False, verify=NO_AUTHORITIES)
        ) as client,
    ):
        yield Client(portal, client)


class Outside:
    """The sandbox as the platform and a test use it."""

    def __init__(self, data: Path, hooks: str, stack: ExitStack) -> None:
        self.app = create_app(data)
        self.client = stack.enter_context(running(self.app))
        self.hooks = hooks
        self._data, self._stack, self._token = data, stack, ""

    def again(self) -> "Outside":
        """The sandbox after a stop and a start."""
        self._stack.close()
        return Outside(self._data, self.hooks, self._stack)

    def token(self) -> str:
        answer = self.client.get(
            "/oauth/v1/generate",
            params={"grant_type": "client_credentials"},
            auth=("pamoja-sandbox-consumer", "pamoja-sandbox-secret"),
        )
        return str(answer.json()["access_token"])

    def call(self, path: str, body: Any) -> httpx.Response:
        self._token = self._token or self.token()
        return self.client.post(path, json=body, headers={"Authorization": f"Bearer {self._token}"})

    def push_body(self, **changes: Any) -> dict[str, Any]:
        return {
            "BusinessShortCode": "174379",
            "Password": PASSWORD,
            "Timestamp": TIMESTAMP,
            "TransactionType": "CustomerPayBillOnline",
            "Amount": "50",
            "PartyA": AMINA,
            "PartyB": "174379",
            "PhoneNumber": AMINA,
            "CallBackURL": f"{self.hooks}/stk",
            "AccountReference": "CIRCLE4",
            "TransactionDesc": "Round 4",
        } | changes

    def push(self, **changes: Any) -> httpx.Response:
        if "PhoneNumber" in changes:
            changes.setdefault("PartyA", changes["PhoneNumber"])
        return self.call("/mpesa/stkpush/v1/processrequest", self.push_body(**changes))

    def query(self, checkout_request_id: str) -> httpx.Response:
        body = {"BusinessShortCode": "174379", "Password": PASSWORD, "Timestamp": TIMESTAMP}
        return self.call("/mpesa/stkpushquery/v1/query", body | {"CheckoutRequestID": checkout_request_id})

    def credential(self, password: str = INITIATOR_PASSWORD) -> str:
        certificate = x509.load_pem_x509_certificate(self.client.get("/mpesa/certificate.pem").content)
        return base64.b64encode(certificate.public_key().encrypt(password.encode(), padding.PKCS1v15())).decode()

    def b2c(self, **changes: Any) -> httpx.Response:
        body = {
            "OriginatorConversationID": "payout-1",
            "InitiatorName": "pamoja-initiator",
            "SecurityCredential": self.credential(),
            "CommandID": "BusinessPayment",
            "Amount": 60000,
            "PartyA": "174379",
            "PartyB": AMINA,
            "Remarks": "Pot of round 4",
            "QueueTimeOutURL": f"{self.hooks}/timeout",
            "ResultURL": f"{self.hooks}/result",
            "Occassion": "",
        }
        return self.call("/mpesa/b2c/v3/paymentrequest", body | changes)

    def command(self, path: str, **fields: Any) -> httpx.Response:
        common = {
            "Initiator": "pamoja-initiator",
            "SecurityCredential": self.credential(),
            "Remarks": "Asked by a test",
            "QueueTimeOutURL": f"{self.hooks}/timeout",
            "ResultURL": f"{self.hooks}/result",
        }
        return self.call(path, common | fields)

    def prompts(self, msisdn: str = AMINA) -> list[dict[str, Any]]:
        return list(self.client.get(f"/api/phones/{msisdn}/prompts").json()["prompts"])

    def answer(self, msisdn: str = AMINA, **answer: str) -> dict[str, Any]:
        (prompt,) = self.prompts(msisdn)
        reply = self.client.post(f"/api/prompts/{prompt['id']}/answer", json=answer or {"pin": "1234"})
        assert reply.status_code == 200, reply.text
        return dict(reply.json())

    def autopilot(self, answer: str = "pin", **more: Any) -> None:
        reply = self.client.post("/api/autopilot", json={"answer": answer} | more)
        assert reply.status_code == 200, reply.text

    def faults(self, seed: int = 1, **faults: Any) -> None:
        reply = self.client.put("/api/faults", json={"seed": seed, "faults": faults})
        assert reply.status_code == 200, reply.text

    def advance(self, seconds: float) -> None:
        self.client.put("/clock", json={"advance_s": seconds})
        self.settle()

    def settle(self) -> None:
        assert self.client.post("/api/settle", json={"timeout_s": 10}).json() == {"settled": True}

    def statement(self, **filters: str) -> list[dict[str, Any]]:
        answer = self.client.get("/mpesa/statement", params=filters).json()
        assert answer["proof"]["unaccounted_kes"] == 0
        return list(answer["movements"])

    def balance(self, msisdn: str = AMINA) -> int:
        return int(self.client.get(f"/api/phones/{msisdn}").json()["balance_kes"])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "outside"


@pytest.fixture(scope="session")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a fresh outside world keeps: making its keys and tables takes longer than a test."""
    folder = tmp_path_factory.mktemp("first-day")
    create_app(folder).state.world.store.close()
    return folder


@pytest.fixture
def outside(data: Path, first_day: Path, platform: Platform) -> Iterator[Outside]:
    shutil.copytree(first_day, data)
    with ExitStack() as stack:
        world = Outside(data, platform.url, stack)
        world.client.put("/api/preferences", json={"callback_delay_s": 0, "b2c_delay_s": 0, "command_delay_s": 0})
        yield world


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """The sandbox, started, stopped and killed."""

    def __init__(self, data: Path) -> None:
        self.data, self.port, self.smtp_port = data, free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        ports = ["--port", str(self.port), "--smtp-port", str(self.smtp_port)]
        self.child = subprocess.Popen(
            [sys.executable, "-m", "pamoja.sandbox", *ports, "--data", str(self.data)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/health", trust_env=False, verify=NO_AUTHORITIES).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise TimeoutError("The sandbox did not start.")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.child.send_signal(how)
        return self.child.wait(timeout=15)


@pytest.fixture
def process(data: Path, first_day: Path) -> Iterator[Process]:
    """A fresh one, for a test that kills it."""
    running = Process(shutil.copytree(first_day, data))
    yield running
    if running.child.poll() is None:
        running.stop(signal.SIGKILL)


@pytest.fixture(scope="module")
def same_process(tmp_path_factory: pytest.TempPathFactory, first_day: Path) -> Iterator[Process]:
    """One for the tests of a module; each has phones of its own on it."""
    running = Process(shutil.copytree(first_day, tmp_path_factory.mktemp("sandbox") / "outside"))
    yield running
    if running.child.poll() is None:
        running.stop(signal.SIGKILL)
