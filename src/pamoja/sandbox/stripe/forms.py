"""Reads the nested form encoding of Stripe's requests: `items[0][price]=…`, `metadata[k]=v`, `expand[]=…`."""

import re
from typing import Any
from urllib.parse import parse_qsl

from pamoja.sandbox.stripe.errors import StripeError

FIELDS_MAX = 1000
DEPTH_MAX = 8
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


def decode(encoded: str) -> dict[str, Any]:
    """Nested dictionaries of text; a list is a dictionary with the keys "0", "1", … Raises: StripeError."""
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError:
        raise StripeError(400, "Invalid request: too many parameters.") from None
    tree: dict[str, Any] = {}
    for name, value in pairs:
        match = _NAME.fullmatch(name)
        if match is None:
            raise StripeError(400, f"Invalid parameter name: {name[:100]}", code="parameter_unknown", param=name)
        _put(tree, [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])], value, name)
    return tree


def _put(tree: dict[str, Any], path: list[str], value: str, name: str) -> None:
    if len(path) > DEPTH_MAX:
        raise StripeError(400, f"Invalid parameter: {name[:100]} is nested too deeply.", param=name)
    for key, following in zip(path, [*path[1:], None], strict=True):
        key = key or str(len(tree))  # noqa: PLW2901 - `a[]` is the next of a list
        if following is None:
            tree[key] = value
            return
        inner = tree.setdefault(key, {})
        if not isinstance(inner, dict):
            raise StripeError(400, f"Invalid parameter: {name[:100]} is both a value and a hash.", param=name)
        tree = inner
