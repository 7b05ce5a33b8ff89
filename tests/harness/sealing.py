"""Keeps the tests from the outside world: only this machine may be called."""

import ipaddress
import socket
from typing import Any

_connect, _connect_ex, _getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo


class OutsideWorld(AssertionError):
    """A test called an address outside this machine; play that party in the sandbox."""


def seal() -> None:
    """From now on a connection to, or a look-up of, any other machine is refused."""
    socket.socket.connect = _guarded(_connect)
    socket.socket.connect_ex = _guarded(_connect_ex)
    socket.getaddrinfo = _look_up


def _guarded(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse_outside(address[0])
        return connect(self, address)

    return guarded


def _look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
    _refuse_outside(host)
    return _getaddrinfo(host, *args, **kwargs)


def _refuse_outside(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if not name or name == "localhost" or name.endswith(".localhost"):
        return
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        raise OutsideWorld(f"A test looked up {name}.") from None
    if not (address.is_loopback or address.is_unspecified):
        raise OutsideWorld(f"A test called {name}.")
