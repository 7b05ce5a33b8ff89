"""Real processes for the tests that need them: the sandbox, and the platform's web and worker."""

import contextlib
import fcntl
import os
import random
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import httpx

# Reading the world's authorities takes each client a twentieth of a second, and none vouches for this machine.
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_http = httpx.Client(timeout=10, verify=NO_AUTHORITIES, trust_env=False)


_reserved: list[TextIO] = []


def free_port() -> int:
    """A port for this process until it ends, whether it listens on it at once or later.

    Below those that the system gives to outgoing connections, and kept from other runs by a lock on a file.
    """
    locks = Path(tempfile.gettempdir()) / "pamoja-test-ports"
    locks.mkdir(exist_ok=True)
    for port in random.SystemRandom().sample(range(12_000, 32_000), 200):
        lock = (locks / str(port)).open("w")
        with contextlib.suppress(OSError), socket.socket() as probe:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            probe.bind(("127.0.0.1", port))
            _reserved.append(lock)
            return port
        lock.close()
    raise OSError("No free port on 127.0.0.1.")


@dataclass(frozen=True)
class Served:
    """A process that answers at an address."""

    base_url: str
    log: Path

    def get(self, path: str, **more: object) -> httpx.Response:
        """One request, as a plain client."""
        return self.request("GET", path, **more)

    def post(self, path: str, **more: object) -> httpx.Response:
        """One request, as a plain client."""
        return self.request("POST", path, **more)

    def request(self, method: str, path: str, **more: object) -> httpx.Response:
        """One request by any method, as a plain client."""
        return _http.request(method, self.base_url + path, **more)


@contextlib.contextmanager
def process(*arguments: object, log: Path, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m …` for as long as the block lasts; its output is in `log`."""
    command = [sys.executable, "-m", *(str(argument) for argument in arguments)]
    with log.open("ab") as output:
        child = subprocess.Popen(command, env=os.environ | (env or {}), stdout=output, stderr=output)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def wait_until_served(url: str, child: subprocess.Popen[bytes], log: Path, *, seconds_max: float = 60) -> None:
    """Returns when the address answers; fails with the tail of the log when the process ends or takes too long."""
    deadline = time.monotonic() + seconds_max
    while time.monotonic() < deadline and child.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if _http.get(url).status_code < 500:
                return
        time.sleep(0.1)
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-30:])
    raise AssertionError(f"{url} did not come up:\n{tail}")
