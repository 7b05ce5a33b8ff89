"""The worker ..."""

import time

import psycopg
import pytest

from tests.harness.databases import OWNER
from tests.harness.servers import process

pytestmark = pytest.mark.committed

LEFT = """
    WITH gone AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id)
    INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, status, worker_id)
    SELECT queue, 'audit.no_such_job', NULL, queueing_lock, '{}', status::procrastinate_job_status, worker
      FROM gone, LATERAL (VALUES ('default', NULL, 'doing', gone.id), ('sweeps', 'sweep', 'doing', gone.id),
                                 ('sweeps', 'sweep', 'todo', NULL)) AS left_over (queue, queueing_lock, status, worker)
"""


def test_takes_up_what_a_killed_worker_left(databases, committed_db, tmp_path):
    with psycopg.connect(databases.url(committed_db, OWNER), autocommit=True) as session:
        session.execute(LEFT)

        with process("pamoja.site.cli", "worker", log=tmp_path / "worker.log", env=databases.settings(committed_db)):
            deadline = time.monotonic() + 60
            query = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'audit.no_such_job' AND status = 'doing'"
            while session.execute(query).fetchone() != (0,) and time.monotonic() < deadline:
                time.sleep(0.2)

        assert session.execute(query).fetchone() == (0,)
        assert session.execute("SELECT count(*) FROM procrastinate_workers").fetchone() == (0,)
