"""What every ledger spec starts from."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

# The models cannot be imported before Django is set up, and this file is read before that.
if TYPE_CHECKING:
    from pamoja.kernel.ledger.public import AccountId
    from tests.kernel.ledger.cast import Books


@pytest.fixture
def books(community: object) -> "Books":
    """The accounts of a small community."""
    from tests.kernel.ledger.cast import open_books

    return open_books()


@pytest.fixture
def open_new(books: "Books") -> "Callable[..., AccountId]":
    """Opens one more account: `open_new("member:chiku")`."""
    from tests.kernel.ledger.cast import opened

    return opened
