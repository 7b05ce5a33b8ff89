"""The pure decisions of messaging."""

from pamoja.kernel.messaging.rules.addressing import bare_address, clean_address, masked
from pamoja.kernel.messaging.rules.delivering import (
    ATTEMPTS_MIN,
    GIVE_UP_AFTER,
    RETRY_S_FIRST,
    RETRY_S_MAX,
    Priority,
    State,
    Verdict,
    after_failure,
    is_permanent,
)
from pamoja.kernel.messaging.rules.wording import (
    MISSING,
    Part,
    home_url,
    ink_on,
    one_line,
    parts_of,
    subject_and_body,
)

__all__ = [
    "ATTEMPTS_MIN",
    "GIVE_UP_AFTER",
    "MISSING",
    "RETRY_S_FIRST",
    "RETRY_S_MAX",
    "Part",
    "Priority",
    "State",
    "Verdict",
    "after_failure",
    "bare_address",
    "clean_address",
    "home_url",
    "ink_on",
    "is_permanent",
    "masked",
    "one_line",
    "parts_of",
    "subject_and_body",
]
