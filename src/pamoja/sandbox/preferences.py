"""Holds how this outside world behaves when nothing goes wrong: delays, limits, opening balances."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from pamoja.sandbox.answers import BadInput, seconds, whole
from pamoja.sandbox.store import Store


@dataclass(frozen=True)
class Preferences:
    """Units: `_s` seconds by the sandbox clock, `_kes` whole shillings. A limit of 0 is no limit."""

    prompt_timeout_s: float = 60.0
    callback_delay_s: float = 0.1
    b2c_delay_s: float = 0.1
    command_delay_s: float = 0.1
    callback_attempts: int = 1
    callback_retry_s: float = 30.0
    subscriber_opening_kes: int = 200_000
    shortcode_opening_kes: int = 10_000_000
    transaction_most_kes: int = 150_000
    daily_most_kes: int = 500_000
    balance_most_kes: int = 500_000
    same_payment_pause_s: float = 0.0
    second_prompt: str = "refuse"
    validates_c2b: bool = False
    validation_timeout_s: float = 8.0
    webhook_attempts: int = 11
    stripe_rate_per_s: int = 0
    stripe_funds_at_once: bool = False
    bank_debit_s: float = 4 * 86_400.0
    bank_payment_s: float = 2.0
    after_last_retry: str = "cancel"
    message_sent_s: float = 0.2
    message_delivered_s: float = 0.4
    message_read_s: float = 3.0
    reads_by_itself: bool = True
    messages_per_s: int = 80
    messages_per_minute_each: int = 45
    requests_kept: int = 20_000

    def changed(self, wishes: dict[str, Any]) -> "Preferences":
        """These preferences with `wishes` applied. Raises: BadInput for an unknown name or an unfit value."""
        kinds = {field.name: type(field.default) for field in fields(self)}
        for name in wishes:
            if name not in kinds:
                raise BadInput(f"There is no preference {name}. There are: {', '.join(kinds)}.", field=name)
        return replace(self, **{name: _fit(name, kinds[name], value) for name, value in wishes.items()})


LEAST = {"callback_attempts": 1, "webhook_attempts": 1, "requests_kept": 100}
MOST = {"callback_attempts": 3, "webhook_attempts": 11}
CHOICES = {"second_prompt": ("refuse", "show"), "after_last_retry": ("cancel", "unpaid", "past_due")}


def _fit(name: str, kind: type, value: Any) -> Any:
    if kind is bool:
        if not isinstance(value, bool):
            raise BadInput(f"{name} is true or false.", field=name)
        return value
    if kind is int:
        return whole(value, field=name, least=LEAST.get(name, 0), most=MOST.get(name, 10**12))
    if kind is float:
        return seconds(value, field=name)
    if value not in CHOICES[name]:
        raise BadInput(f"{name} is one of: {', '.join(CHOICES[name])}.", field=name)
    return value


def kept_preferences(store: Store) -> Preferences:
    kept = store.setting("preferences", {})
    known = {field.name for field in fields(Preferences)}
    return Preferences(**{name: value for name, value in kept.items() if name in known})


def keep_preferences(store: Store, preferences: Preferences) -> None:
    store.keep_setting("preferences", asdict(preferences))
