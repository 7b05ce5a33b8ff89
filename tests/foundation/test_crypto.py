"""Personal data is sealed under a ring of keys and bound to its field."""

import base64

import pytest

from pamoja.foundation import crypto
from pamoja.foundation.crypto import KeyRing, Undecryptable

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()


def test_opens_what_it_sealed() -> None:
    assert crypto.decrypt(crypto.encrypt("+254712345678", "person.phone"), "person.phone") == "+254712345678"


def test_seals_the_same_text_differently_each_time() -> None:
    assert crypto.encrypt("a", "f") != crypto.encrypt("a", "f")


def test_opens_old_data_after_a_new_key_is_put_in_front() -> None:
    sealed = KeyRing.read(OLD).encrypt("x", "f")

    assert KeyRing.read(f"{NEW},{OLD}").decrypt(sealed, "f") == "x"


def test_refuses_data_moved_to_another_field() -> None:
    with pytest.raises(Undecryptable):
        crypto.decrypt(crypto.encrypt("x", "person.phone"), "member.bank")


def test_refuses_data_that_was_altered() -> None:
    sealed = bytearray(crypto.encrypt("x", "f"))
    sealed[-1] ^= 1

    with pytest.raises(Undecryptable):
        crypto.decrypt(bytes(sealed), "f")


def test_refuses_data_whose_key_is_gone() -> None:
    with pytest.raises(Undecryptable):
        KeyRing.read(NEW).decrypt(KeyRing.read(OLD).encrypt("x", "f"), "f")


def test_finds_equal_texts_of_one_field_only() -> None:
    assert crypto.blind_index("x", "f") == crypto.blind_index("x", "f")
    assert crypto.blind_index("x", "f") != crypto.blind_index("x", "g")


@pytest.mark.parametrize("ring", ["", "a:" + base64.b64encode(b"short").decode()])
def test_refuses_a_ring_without_whole_keys(ring: str) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        KeyRing.read(ring)
