"""Which community a request is for, and entering it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from psycopg.pq import TransactionStatus

from pamoja.kernel.communities import rules
from pamoja.kernel.communities.errors import CommunityNotFound, ProductOff
from pamoja.kernel.communities.models import Community, current_community_id, entered_community


class CommunityRequest(HttpRequest):
    """A request as the site's middleware leaves it; `community` is None where the address names none."""

    community: Community | None
    csp_nonce: str


_read: ContextVar[tuple[int, Community | None]] = ContextVar("community_row", default=(-1, None))


@contextmanager
def entered(community_id: UUID) -> Iterator[None]:
    """Work inside sees and makes this community's rows alone."""
    token, read = entered_community.set(community_id), _read.set((Community.changes, None))
    _tell_database()
    try:
        yield
    finally:
        entered_community.reset(token)
        _read.reset(read)
        _tell_database()


def current_community() -> Community:
    """The entered community's row: read once while it is entered, unless this process changes one meanwhile."""
    community_id = current_community_id()
    changes, known = _read.get()
    if known is not None and known.pk == community_id and changes == Community.changes:
        return known
    community = Community.objects.get(pk=community_id)
    # After a change it is read each time: the change may yet be rolled back.
    if changes == Community.changes:
        _read.set((changes, community))
    return community


def community_at(*, host: str, path: str) -> tuple[Community, str, str]:
    """The community that an address means, with the script prefix and the rest of the path.

    Raises: CommunityNotFound when neither the host nor the path names one.
    """
    if found := rules.slug_in(path):
        slug, rest = found
        community = Community.objects.filter(slug__iexact=slug).first()
        if community is not None:
            return community, f"{rules.PATH_PREFIX}{slug}", rest
    elif community := Community.objects.filter(domain__iexact=rules.host_name(host)).first():
        return community, "", path
    raise CommunityNotFound()


def community_with_slug(slug: str) -> Community:
    """Raises: CommunityNotFound."""
    community = Community.objects.filter(slug__iexact=slug).first()
    if community is None:
        raise CommunityNotFound()
    return community


def home_url(community: Community | None) -> str:
    """Where a community lives, as a full address with a slash at the end; of none: the platform's own."""
    base = settings.PAMOJA.base_url
    if community is None:
        return f"{base.rstrip('/')}/"
    return rules.home_url(base_url=base, slug=community.slug, domain=community.domain)


def each_community() -> Iterator[Community]:
    """Every community in turn, entered while it is looked at."""
    for community in list(Community.objects.order_by("created_at")):
        with entered(community.pk):
            yield community


def product_is_on(product: str) -> bool:
    """Whether the entered community has the product."""
    return current_community().has_on(product)


def require_product(product: str) -> None:
    """Raises: ProductOff."""
    if not product_is_on(product):
        raise ProductOff(product=product)


def flag_is_on(flag: str) -> bool:
    """Whether the entered community has the flag."""
    return current_community().has_flag(flag)


def tell_new_connection(connection: Any, **_: Any) -> None:
    """Each connection taken from the pool is told the community anew, so that none is inherited."""
    with connection.cursor() as cursor:
        _set(cursor)


def _tell_database() -> None:
    # A closed connection will be told when it opens. A transaction that has failed can be told nothing, and its
    # rollback restores what was set before it.
    raw = connection.connection
    if raw is None or raw.closed or raw.info.transaction_status == TransactionStatus.INERROR:
        return
    with connection.cursor() as cursor:
        _set(cursor)


def _set(cursor: Any) -> None:
    community_id = entered_community.get()
    cursor.execute("SELECT set_config('pamoja.community', %s, false)", [str(community_id or "")])
