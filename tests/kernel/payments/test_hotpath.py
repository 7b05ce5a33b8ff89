"""The hot path of webhooks ..."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.db import connection

from pamoja.kernel.communities.public import Community
from pamoja.kernel.payments.models import Collection, CollectionAttempt, WebhookInbox
from pamoja.kernel.payments.queries.settings import webhook_token
from pamoja.kernel.payments.rules.messages import NoticeKind
from pamoja.kernel.payments.rules.states import AttemptState
from tests.harness.servers import NO_AUTHORITIES
from tests.kernel.payments.cast import push_callback, submitted, wallet

pytestmark = pytest.mark.committed


class Door:
    """Knocks as M-PESA does."""

    def __init__(self, community: Community, attempt: CollectionAttempt) -> None:
        from pamoja.site.config import load

        self._root = f"http://127.0.0.1:{load().port}/hooks/pay"
        self.community, self.token = community.pk.hex, webhook_token(NoticeKind.COLLECTION, attempt.pk)
        self.kind = "collection"

    def knocks(self, body: bytes | None = None, *, method: str = "POST", **differs: Any) -> httpx.Response:
        parts = {"community": self.community, "kind": self.kind, "token": self.token} | differs
        address = f"{self._root}/{parts['community']}/{parts['kind']}/{parts['token']}"
        content = push_callback("ws_CO_1") if body is None else body
        transport = httpx.HTTPTransport(local_address=differs.get("source", "127.0.0.1"), verify=NO_AUTHORITIES)
        with httpx.Client(transport=transport) as client:
            return client.request(method, address, content=content, headers=differs.get("headers"))


@pytest.fixture
def attempt(collect: Callable[..., Collection]) -> CollectionAttempt:
    return submitted(collect(500))


@pytest.fixture
def door(committed_db: str, community: Community, attempt: CollectionAttempt) -> Iterator[Door]:
    from tests.kernel.payments.outside import front_door

    with front_door(committed_db):
        yield Door(community, attempt)


def test_keeps_the_bytes_and_answers_as_the_provider_wants(door: Door, attempt: CollectionAttempt) -> None:
    answer = door.knocks()

    row = WebhookInbox.objects.get()
    assert (answer.status_code, answer.json()) == (200, {"ResultCode": 0, "ResultDesc": "Accepted"})
    assert (row.raw, row.subject_id, row.is_trusted, row.applied_at) == (
        push_callback("ws_CO_1"),
        attempt.pk,
        True,
        None,
    )


def test_keeps_what_comes_twice_once(door: Door) -> None:
    for _ in range(3):
        door.knocks()
    door.knocks(push_callback("ws_CO_1", 1032))

    assert sorted(WebhookInbox.objects.values_list("deliveries", flat=True)) == [1, 3]


def test_holds_the_bytes_sealed(door: Door) -> None:
    door.knocks(b'{"MSISDN": "254712345678"}')

    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM payments_inbox")
        (sealed,) = cursor.fetchone()
    assert b"254712345678" not in bytes(sealed)


def test_queues_one_job_however_much_comes(door: Door, community: Community) -> None:
    for number in range(5):
        door.knocks(push_callback("ws_CO_1", receipt=f"R{number}"))

    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'payments.apply_inbox'")
        rows = [json.loads(args) if isinstance(args, str) else args for (args,) in cursor.fetchall()]
    assert rows == [{"carried": {"community": str(community.pk)}}]


OTHER_ADDRESSES: list[dict[str, str]] = [
    {"token": "0" * 80},
    {"token": "short"},
    {"kind": "payout"},
    {"kind": "nonsense"},
    {"community": uuid4().hex},
    {"community": "umoja"},
]


def test_knows_no_address_but_its_own(door: Door, subtests: pytest.Subtests) -> None:
    for differs in OTHER_ADDRESSES:
        with subtests.test(str(differs)):
            assert door.knocks(**differs).status_code == 404
    assert not WebhookInbox.objects.exists()


def test_takes_no_mountain_of_bytes(door: Door) -> None:
    assert door.knocks(b"x" * (64 * 1024 + 1)).status_code == 413
    assert not WebhookInbox.objects.exists()


def test_answers_posts_only(door: Door) -> None:
    assert door.knocks(method="GET").status_code == 405


def test_swallows_nonsense(door: Door, run_jobs: Callable[[], Any]) -> None:
    bodies = [b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b'{"Body": {"stkCallback": null}}']
    assert [door.knocks(body).status_code for body in bodies] == [200] * len(bodies)

    run_jobs()

    assert list(WebhookInbox.objects.values_list("note", flat=True)) == ["unreadable"] * len(bodies)


def test_trusts_no_stranger_and_no_header(door: Door, attempt: CollectionAttempt, run_jobs: Callable[[], Any]) -> None:
    door.knocks(source="127.0.0.66", headers={"X-Forwarded-For": "127.0.0.1"})

    run_jobs()

    row = WebhookInbox.objects.get()
    attempt.refresh_from_db()
    assert (row.source, row.is_trusted, row.note) == ("127.0.0.66", False, "source not allowed")
    assert attempt.state == AttemptState.ACCEPTED


def test_believes_nothing_by_itself_even_where_all_may_knock(
    door: Door, attempt: CollectionAttempt, run_jobs: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings.PAMOJA, "mpesa_allowed_sources", [])
    monkeypatch.setattr(settings.PAMOJA, "mpesa_base_url", "http://127.0.0.1:9")  # nobody answers our question
    from pamoja.kernel.payments.providers.rails import close_rails

    close_rails()

    door.knocks(source="127.0.0.66")
    run_jobs()

    close_rails()
    attempt.refresh_from_db()
    assert (attempt.state, wallet(attempt.collection.member_id)) == (AttemptState.ACCEPTED, (0, 0))
