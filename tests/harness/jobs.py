"""Runs queued jobs here and now, in the order the worker would take them."""

from django.db import connection

NEXT = """
    SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo'
    ORDER BY priority DESC, id LIMIT 1
"""


def run_queued_jobs(*, most: int = 1000) -> list[str]:
    """Runs jobs, and those they queue, until none is left. Gives their names. What a job raises, the test sees."""
    from procrastinate.contrib.django import app

    done: list[str] = []
    while queued := _next():
        job_id, name, arguments = queued
        app.tasks[name].func(**arguments)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job_id])
        done.append(name)
        assert len(done) < most, f"Jobs queue each other without end: {sorted(set(done))}"
    return done


def _next() -> tuple[int, str, dict[str, object]] | None:
    import json

    with connection.cursor() as cursor:
        cursor.execute(NEXT)
        row = cursor.fetchone()
    if row is None:
        return None
    return row[0], row[1], json.loads(row[2]) if isinstance(row[2], str) else row[2]
