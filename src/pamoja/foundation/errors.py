"""How the platform says no: refusals are named facts, provider failures say whether to try again."""

from __future__ import annotations

import inspect
from typing import Any, ClassVar, Literal

Kind = Literal["unauthenticated", "not_found", "forbidden", "conflict", "invalid", "limit", "unavailable"]


class Refusal(Exception):
    """We could not do this."""

    # The docstring of each subclass is the sentence a person reads; `{name}` in it is filled from the data.
    code: ClassVar[str] = "refused"
    kind: ClassVar[Kind] = "conflict"

    def __init__(self, *, field: str | None = None, **data: Any) -> None:
        self.field = field
        self.data = data
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """What a person is told."""
        return inspect.cleandoc(type(self).__doc__ or "").split("\n\n")[0].format(**self.data)


class ProviderFailure(Exception):
    """An outside party did not do what was asked. `permanent` alone decides about retries."""

    def __init__(self, message: str, *, permanent: bool, code: str = "") -> None:
        super().__init__(message)
        self.permanent = permanent
        self.code = code
