"""Addresses carry public ids, views get UUIDs."""

from uuid import UUID

import pytest

from pamoja.foundation import ids
from pamoja.foundation.addresses import converter_for

CIRCLE = UUID("0193e0c8-8d24-7b6e-9d2f-0a1b2c3d4e5f")
converter = converter_for("circle")()


def test_an_id_goes_there_and_back():
    assert converter.to_python(converter.to_url(CIRCLE)) == CIRCLE


@pytest.mark.parametrize("text", [ids.public("member", CIRCLE), "circle_short", "circle_" + "u" * 26])
def test_what_is_no_such_id_is_no_such_page(text):
    with pytest.raises(ValueError, match=text):
        converter.to_python(text)
