"""Reads the parameters of a request as strictly as Stripe does, and refuses those it does not know."""

from collections.abc import Iterable
from typing import Any

from pamoja.sandbox.stripe.errors import StripeError

TEXT_MOST = 5000
METADATA_KEYS, METADATA_KEY, METADATA_VALUE = 50, 40, 500
ALWAYS = {"expand"}
PAGING = {"limit", "starting_after", "ending_before", "created"}


def names(words: str) -> tuple[str, ...]:
    """Words parted by blanks, as names."""
    return tuple(words.split())


class Parameters:
    """Decoded parameters; `where` is how the outer ones call this part, for messages."""

    def __init__(self, given: dict[str, Any], where: str = "") -> None:
        self.given, self._where = given, where

    def __contains__(self, name: str) -> bool:
        return name in self.given

    def called(self, name: str) -> str:
        return f"{self._where}[{name}]" if self._where else name

    def only(self, known: Iterable[str]) -> None:
        """Raises: StripeError for a parameter that is not among `known`."""
        unknown = sorted(set(self.given) - set(known) - ALWAYS)
        if unknown:
            called, several = self.called(unknown[0]), "s" if len(unknown) > 1 else ""
            names = ", ".join(self.called(name) for name in unknown)
            raise StripeError(
                400, f"Received unknown parameter{several}: {names}", code="parameter_unknown", param=called
            )

    def text(self, name: str, default: str | None = None, *, most: int = TEXT_MOST) -> str | None:
        """A text, or `default` when it was not given; an empty one is None, which unsets."""
        if name not in self.given:
            return default
        value = self.given[name]
        if not isinstance(value, str):
            raise self.invalid(name, "a string")
        if len(value) > most:
            raise StripeError(
                400,
                f"Invalid string: {value[:20]}…; must be at most {most} characters",
                code="parameter_invalid_string",
                param=self.called(name),
            )
        return value or None

    def needed(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            called = self.called(name)
            raise StripeError(400, f"Missing required param: {called}.", code="parameter_missing", param=called)
        return value

    def whole(
        self, name: str, default: int | None = None, *, least: int | None = None, most: int = 10**12
    ) -> int | None:
        text = self.text(name)
        if text is None:
            return default
        try:
            number = int(text)
        except ValueError:
            called = self.called(name)
            message = f"Invalid integer: {text[:50]}"
            raise StripeError(400, message, code="parameter_invalid_integer", param=called) from None
        if (least is not None and number < least) or abs(number) > most:
            message = f"This value must be greater than or equal to {least}." if least is not None else "Too large."
            raise StripeError(400, message, code="parameter_invalid_integer", param=self.called(name))
        return number

    def needed_whole(self, name: str, *, least: int | None = None) -> int:
        self.needed(name)
        number = self.whole(name, least=least)
        assert number is not None, "needed() has seen it"
        return number

    def flag(self, name: str, default: bool = False) -> bool:
        text = self.text(name)
        if text is None:
            return default
        if text not in ("true", "false", "1", "0"):
            raise StripeError(
                400, f"Invalid boolean: {text[:50]}", code="parameter_invalid_boolean", param=self.called(name)
            )
        return text in ("true", "1")

    def choice(self, name: str, choices: Iterable[str], default: str | None = None) -> str | None:
        text = self.text(name)
        if text is None:
            return default
        if text not in choices:
            raise StripeError(
                400, f"Invalid {self.called(name)}: must be one of {', '.join(choices)}", param=self.called(name)
            )
        return text

    def child(self, name: str) -> "Parameters":
        """The nested parameters `name`, empty when none were given."""
        value = self.given.get(name) or {}
        if not isinstance(value, dict):
            raise self.invalid(name, "an object")
        return Parameters(value, self.called(name))

    def children(self, name: str) -> list["Parameters"]:
        """A list of nested parameters."""
        inner = self.child(name)
        return [inner.child(key) for key in _in_order(inner.given)]

    def texts(self, name: str) -> list[str]:
        """A list of texts; a single text is a list of one."""
        value = self.given.get(name)
        if isinstance(value, str):
            return [value] if value else []
        inner = self.child(name)
        return [inner.needed(key) for key in _in_order(inner.given)]

    def mapping(self, name: str) -> dict[str, Any] | None:
        """Nested values as they came, or None when unset."""
        if self.given.get(name) == "":
            return None
        return dict(self.child(name).given)

    def metadata(self, before: dict[str, str] | None = None) -> dict[str, str]:
        """The metadata `before` with the given keys changed; an empty value removes its key."""
        if self.given.get("metadata") == "":
            return {}
        changes = self.child("metadata").given
        for key, value in changes.items():
            if not isinstance(value, str) or len(key) > METADATA_KEY or len(value) > METADATA_VALUE:
                raise StripeError(
                    400,
                    f"Metadata keys have at most {METADATA_KEY} characters, values at most "
                    f"{METADATA_VALUE}: {key[:60]}",
                    param="metadata",
                )
        merged = {key: value for key, value in ((before or {}) | changes).items() if value != ""}
        if len(merged) > METADATA_KEYS:
            raise StripeError(400, f"Metadata can have up to {METADATA_KEYS} keys.", param="metadata")
        return merged

    def invalid(self, name: str, what: str) -> StripeError:
        return StripeError(400, f"Invalid {self.called(name)}: must be {what}", param=self.called(name))


def _in_order(given: dict[str, Any]) -> list[str]:
    return sorted(given, key=lambda key: (int(key) if key.isdigit() else 10**9, key))
