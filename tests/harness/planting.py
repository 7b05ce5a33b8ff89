"""What many tests begin with, made once: each test works above it, and takes away only what it wrote itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def undone() -> Iterator[None]:
    """What is written inside is gone afterwards. Actions inside are as durable as if nothing were around them."""
    block = transaction.atomic()
    block._from_testcase = True  # Django's own mark for a transaction that only a test has opened
    with block:
        try:
            yield
        finally:
            transaction.set_rollback(True)
