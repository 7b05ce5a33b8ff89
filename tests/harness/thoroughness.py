"""How much the long-running specifications try: enough for every day, or as much as one has patience for."""

import os

IS_LONG = os.environ.get("PAMOJA_TEST_LONG", "") not in {"", "0"}


def examples(everyday: int, *, long: int) -> int:
    """So many examples of a property: few in `make test`, many in `make test-long`."""
    return long if IS_LONG else everyday
