"""What every ledger spec starts from."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

# The models cannot be imported before Django is set up, and this file is read before that.
if TYPE_CHECKING:
    from pamoja.kernel.ledger.public import AccountId
    from tests.kernel.ledger.cast import Books


@pytest.fixture
def books(community: object, clock: object) -> "Books":
    """The accounts of a small community, on a Monday morning."""
    from tests.kernel.ledger.cast import open_books

    return open_books()


@pytest.fixture
def open_new(books: "Books") -> "Callable[..., AccountId]":
    """Opens one more account: `open_new("member:chiku")`."""
    from tests.kernel.ledger.cast import opened

    return opened


@pytest.fixture(scope="module")
def shared_db(databases: Any, django_db_blocker: Any) -> Iterator[None]:
    """One database for a module whose tests commit; each works in a community of its own."""
    from django.db import connection, connections

    name = f"{connection.settings_dict['NAME']}_{uuid4().hex[:8]}"
    databases.clone(name)
    settings = connections.settings["default"]
    before = settings["NAME"]
    with django_db_blocker.unblock():
        for database in (name, before):
            connection.close()
            connection.close_pool()
            settings["NAME"] = database
            if database == name:
                yield
    databases.drop(name)


@pytest.fixture
def committed_books(shared_db: None, clock: object) -> "Iterator[Books]":
    """The accounts of a new community; what is done with them is committed."""
    from pamoja.kernel.communities.public import entered
    from tests.kernel.ledger.cast import new_community, open_books

    with entered(new_community()):
        yield open_books()
