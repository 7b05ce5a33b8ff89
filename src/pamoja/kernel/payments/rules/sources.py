"""Where a webhook really came from, and whether such addresses are allowed to tell us anything."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence


def source_of(peer: str, forwarded_for: str, proxies: Sequence[str]) -> str:
    """The caller's address: the peer, or behind our own proxies the right-most hop that is none of ours.

    Anybody can write the left end of `X-Forwarded-For`. Source: contract M-PESA §7.9.
    """
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    source = peer
    while hops and is_listed(source, proxies):
        source = hops.pop()
    return source


def is_allowed(source: str, allowed: Sequence[str]) -> bool:
    """Whether the allow-list has the address; an empty list lets all in."""
    return not allowed or is_listed(source, allowed)


def is_listed(source: str, listed: Sequence[str]) -> bool:
    """Whether one of these addresses or networks has the source; what is no address is in none."""
    try:
        address = ipaddress.ip_address(source)
        return any(address in ipaddress.ip_network(each, strict=False) for each in listed)
    except ValueError:
        return False
