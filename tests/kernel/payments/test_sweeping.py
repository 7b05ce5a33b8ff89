"""A sweep goes where something is due, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from pamoja.foundation import clock as time
from pamoja.foundation import ids
from pamoja.kernel.communities.public import Community, current_community_id
from pamoja.kernel.payments import jobs
from pamoja.kernel.payments.queries.sweeping import where_due

TIMES = {"next_query_at", "next_submission_at"}


def test_names_the_communities_in_which_something_is_due(
    clock: Any, community: Community, other_community: Community, collect: Callable[..., Any]
) -> None:
    asked = collect(key="k")
    assert where_due(time.now()) == [community.pk]

    asked.next_attempt_at = time.now() + timedelta(hours=1)
    asked.save(update_fields=["next_attempt_at"])
    assert where_due(time.now()) == []

    asked.expires_at = time.now()
    asked.save(update_fields=["expires_at"])
    assert where_due(time.now()) == [community.pk]


def test_trouble_in_one_community_keeps_no_other_waiting(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = ids.new_id(), ids.new_id()
    swept = []

    def sweep_community() -> None:
        swept.append(current_community_id())
        if current_community_id() == first:
            raise RuntimeError("this one alone")

    monkeypatch.setattr(jobs, "where_due", lambda until: [first, second])
    monkeypatch.setattr(jobs, "sweep_community", sweep_community)
    with pytest.raises(ExceptionGroup, match="not swept everywhere"):
        jobs.sweep()

    assert swept == [first, second]


def test_looks_wherever_something_has_its_time(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'payments_due'")
        (source,) = cursor.fetchone()
    looked_at = set(re.findall(r"FROM (\w+)\s+WHERE (\w+) <= until", source))

    timed = {
        (model._meta.db_table, field.name)
        for model in apps.get_app_config("payments").get_models()
        for field in model._meta.concrete_fields
        if field.name in TIMES
    }
    assert len(timed) >= 9
    assert timed <= looked_at
