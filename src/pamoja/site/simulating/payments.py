"""Thousands of payments over every rail with everything going wrong, and the proof that the books agree."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
from django.db import transaction
from django.db.models import Min

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor
from pamoja.foundation.errors import Refusal
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import entered
from pamoja.kernel.payments.actions.arriving import claim_statement
from pamoja.kernel.payments.actions.freezing import GUARD, lift_freeze
from pamoja.kernel.payments.actions.refunding import refund_payment
from pamoja.kernel.payments.actions.reviewing import Outcome, resolve_attempt, resolve_payout
from pamoja.kernel.payments.models import (
    Arrival,
    Collection,
    CollectionAttempt,
    Freeze,
    Inlet,
    Onward,
    Payout,
    Refund,
    WebhookInbox,
)
from pamoja.kernel.payments.public import collect, pay_out
from pamoja.kernel.payments.rules.bank_statements import read_paybill
from pamoja.site.config import Config
from pamoja.site.rehearsal import Rehearsal
from pamoja.site.simulating.payments_people import BANK_ACCOUNT, Cast, Person, gather
from pamoja.site.simulating.payments_proof import Proof, prove

BEGINS_AT = datetime(2027, 1, 4, 9, tzinfo=UTC)
AT_ONCE, STEPS_MAX, ROUNDS_MAX = 400, 120, 60
AFTERWARDS = timedelta(days=16)
SWEEPS = frozenset({"payments.sweep", "payments.read_banks"})
# Of a hundred deeds, how many are of each kind.
DEEDS = {
    "push": 28, "menu": 14, "wallet": 8, "payout": 8, "reversal": 4, "card": 14, "debit": 4, "deposit": 8,
    "bank payout": 4, "card refund": 4, "stripe payout": 4,
}  # fmt: skip
# What goes wrong with `--faults all`, and how often. Not what falsifies a provider's book: that is what we prove by.
FAULTS: dict[str, dict[str, Any]] = {
    kind: {"probability": chance}
    for kind, chance in {
        "token_expires": 0.01, "spike_arrest": 0.02, "too_many_requests": 0.02, "internal_error": 0.02,
        "html_error": 0.02, "request_lost": 0.03, "answer_lost": 0.04, "lock_timeout": 0.02,
        "idempotency_conflict": 0.02, "error_without_effect": 0.02, "error_after_effect": 0.03,
        "callback_before_answer": 0.02, "callback_lost": 0.08, "callback_duplicated": 0.08, "callback_late": 0.05,
        "callback_reordered": 0.05, "callback_wrong_amount": 0.01, "callback_as_text": 0.03, "forged_unknown": 0.02,
        "forged_success": 0.02, "unknown_result_code": 0.005, "late_success": 0.01, "query_lags": 0.02,
        "also_c2b": 0.08, "result_parameter_object": 0.03, "timeout_after_effect": 0.02,
        "timeout_without_effect": 0.02, "stale_signature": 0.02, "stale_object": 0.04, "decline_burst": 0.005,
    }.items()
}  # fmt: skip
FAULTS["slow_answer"] = {"probability": 0.005, "delay_ms": 30}
ANSWERS = {"pin": 84, "cancel": 5, "wrong_pin": 3, "insufficient": 3, "unreachable": 3, "ignore": 2}
AT_ONCE_OUTSIDE = {
    "callback_delay_s": 0, "command_delay_s": 0, "b2c_delay_s": 0, "bank_payment_s": 0, "requests_kept": 100,
    "daily_most_kes": 0, "balance_most_kes": 0, "stripe_funds_at_once": True,
}  # fmt: skip
STAFF = Actor(kind="member", label="Staff", permissions=frozenset({"payments.manage"}))


def play(config: Config, *, attempts: int, seed: int, faults: bool, say: Callable[[str], None]) -> Proof:
    """As many attempts as wanted, in waves; then time, and people, for everything to come to its end; then the proof.

    No job is ever worked: it is as if each worker died before it began, and the sweeps make it good.
    """
    rehearsal = Rehearsal(config, passes=SWEEPS.__contains__)
    with rehearsal.running(), httpx.Client(base_url=config.stripe_base_url, headers=_key(config), timeout=30) as stripe:
        say("The front door is open")
        rehearsal.turn_to(BEGINS_AT)
        rehearsal.ask("PUT", "/api/preferences", AT_ONCE_OUTSIDE)
        rehearsal.ask("POST", "/api/autopilot", {"answer": "mix", "mix": ANSWERS, "seed": seed})
        cast = gather(rehearsal, stripe, attempts)
        say(f"{len(cast.with_phones)} people with phones, {len(cast.with_cards)} with cards")
        if faults:
            rehearsal.ask("PUT", "/api/faults", {"seed": seed, "faults": FAULTS})
        _Waves(rehearsal, cast, seed).run(attempts, say)
        told = rehearsal.ask("GET", "/api/faults")["faults"]
        rehearsal.ask("DELETE", "/api/faults")
        decided = _wind_up(rehearsal, cast, say)
        proof = prove(rehearsal, stripe, cast)
        proof.decided_by_people = decided
        proof.struck = {kind: fault["fired"] for kind, fault in told.items() if fault["fired"]}
        return proof


class _Waves:
    """Orders and deeds outside, many at once."""

    def __init__(self, rehearsal: Rehearsal, cast: Cast, seed: int) -> None:
        self._rehearsal, self._cast = rehearsal, cast
        self._dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._made, self._outside, self._next = 0, 0, {"phones": 0, "cards": 0}

    def run(self, attempts: int, say: Callable[[str], None]) -> None:
        told = 0
        while (tried := self._tried()) < attempts:
            self._wave(min(AT_ONCE, attempts - tried))
            come_to_rest(self._rehearsal, self._cast)
            self._rehearsal.turn_by(timedelta(minutes=3))
            if tried >= told + max(attempts // 10, 1):
                told = tried
                say(f"{tried} attempts")

    def _tried(self) -> int:
        count = self._outside
        for community in self._cast.communities:
            with entered(community.pk):
                count += CollectionAttempt.objects.count() + Payout.objects.count() + Refund.objects.count()
        return count

    def _wave(self, size: int) -> None:
        kinds = self._dice.choices(list(DEEDS), weights=list(DEEDS.values()), k=size)
        for kind in kinds:
            if kind in ("menu", "deposit"):
                self._from_outside(kind)
        phones = [kind for kind in kinds if kind in ("push", "wallet", "payout", "reversal")]
        cards = [kind for kind in kinds if kind in ("card", "debit", "bank payout", "card refund", "stripe payout")]
        with entered(self._cast.phones.pk):
            self._orders(phones, self._cast.with_phones, "phones", "mpesa")
        with entered(self._cast.cards.pk):
            self._orders(cards, self._cast.with_cards, "cards", "stripe")

    def _from_outside(self, kind: str) -> None:
        self._outside += 1
        people = self._cast.with_phones if kind == "menu" else self._cast.with_cards
        person = self._dice.choice(people)
        reference = person.reference if self._dice.random() > 0.02 else "WHO KNOWS"
        amount = self._dice.randrange(100, 1_000)
        if kind == "menu":
            order = {"amount_kes": amount, "reference": reference}
            self._rehearsal.ask("POST", f"/api/phones/{person.msisdn}/pay", order)
            return
        told = {"account": BANK_ACCOUNT, "amount_minor": amount * 100, "reference": reference, "name": "Somebody"}
        self._rehearsal.ask("POST", "/api/bank/transfers", told)

    def _orders(self, kinds: list[str], people: list[Person], where: str, rail: str) -> None:
        back = [kind for kind in kinds if kind in ("reversal", "card refund")]
        with transaction.atomic():
            for kind in kinds:
                if kind not in back:
                    self._next[where] = (self._next[where] + 1) % len(people)
                    able = people if kind != "stripe payout" else [each for each in people if each.is_payee]
                    self._order(kind, able[self._next[where] % len(able)])
        paid = CollectionAttempt.objects.filter(rail=rail, state="paid", receipt__isnull=False, refunds__isnull=True)
        for collection_id, minor in paid.order_by("?").values_list("collection_id", "collection__amount_minor")[
            : len(back)
        ]:
            self._made += 1
            whole = Money(minor // 200 * 100 or 100, "KES" if rail == "mpesa" else "GBP")
            _unless_refused(
                partial(
                    refund_payment,
                    by=STAFF, collection_id=collection_id, reason="Played", key=f"back-{self._made}", amount=whole,
                )
            )  # fmt: skip

    def _order(self, kind: str, person: Person) -> None:
        self._made += 1
        key = f"simulation-{self._made}"
        told: dict[str, Any] = {"member_id": person.member_id, "purpose": f"simulation:{self._made}", "key": key}
        pounds, shillings = (
            Money(self._dice.randrange(100, 1_000), "GBP"),
            Money(self._dice.randrange(10, 300) * 100, "KES"),
        )
        deeds: dict[str, Callable[[], object]] = {
            "push": partial(collect, amount=shillings, rail="mpesa", attempts_max=2, **told),
            "wallet": partial(collect, amount=shillings, rail="wallet", attempts_max=1, **told),
            "payout": partial(pay_out, amount=shillings, rail="mpesa", **told),
            "card": partial(collect, amount=pounds, rail="stripe", attempts_max=2, **told),
            "debit": partial(collect, amount=pounds, method_id=person.debit_id, attempts_max=2, **told),
            "bank payout": partial(pay_out, amount=pounds, rail="bank", **told),
            "stripe payout": partial(pay_out, amount=pounds, rail="stripe", **told),
        }
        with transaction.atomic():
            _unless_refused(deeds[kind])


def _unless_refused(deed: Callable[[], object]) -> None:
    """A wallet that is empty, an order that is open: what a member would be told, and nothing has happened."""
    try:
        if transaction.get_connection().in_atomic_block:
            with transaction.atomic():
                deed()
        else:
            deed()
    except Refusal:
        pass


def come_to_rest(rehearsal: Rehearsal, cast: Cast) -> None:
    """Sweep and let the outside answer until nobody has anything left to do at this moment."""
    for _ in range(ROUNDS_MAX):
        rehearsal.sweep()
        rehearsal.ask("POST", "/api/settle", {"timeout_s": 20})
        if not _is_due(cast):
            return
    raise RuntimeError("The platform does not come to rest")


def _is_due(cast: Cast) -> bool:
    now = clock.now()
    for community in cast.communities:
        with entered(community.pk):
            if (
                WebhookInbox.objects.filter(applied_at__isnull=True).exists()
                or CollectionAttempt.objects.filter(next_query_at__lte=now).exists()
                or Collection.objects.filter(next_attempt_at__lte=now).exists()
                or Payout.objects.filter(next_submission_at__lte=now).exists()
                or Payout.objects.filter(next_query_at__lte=now).exists()
                or Refund.objects.filter(next_query_at__lte=now).exists()
                or Arrival.objects.filter(next_query_at__lte=now).exists()
                or Onward.objects.filter(next_query_at__lte=now).exists()
            ):
                return True
    return False


def _wind_up(rehearsal: Rehearsal, cast: Cast, say: Callable[[str], None]) -> int:
    """Time goes by until nothing is waited for; what then is in doubt, a person decides by the provider's statement."""
    decided = 0
    for _ in range(4):
        _let_time_pass(rehearsal, cast)
        by_people = _people_decide(rehearsal, cast)
        come_to_rest(rehearsal, cast)
        say(f"Time has passed; people decided {by_people}")
        decided += by_people
        if not by_people:
            break
    with entered(cast.cards.pk):
        Inlet.objects.filter(rail="bank").update(next_at=clock.now(), again_at=clock.now())
    come_to_rest(rehearsal, cast)
    return decided


def _let_time_pass(rehearsal: Rehearsal, cast: Cast) -> None:
    until = clock.now() + AFTERWARDS
    for step in range(STEPS_MAX):
        come_to_rest(rehearsal, cast)
        moment = _next_moment(cast)
        if moment is None or moment > until:
            return
        rehearsal.turn_to(max(moment, clock.now()) + timedelta(minutes=10 if step < 6 else 120))


def _next_moment(cast: Cast) -> datetime | None:
    moments: list[datetime | None] = []
    for community in cast.communities:
        with entered(community.pk):
            moments += Collection.objects.aggregate(Min("next_attempt_at")).values()
            for model in (CollectionAttempt, Payout, Refund, Arrival, Onward):
                moments += model.objects.aggregate(Min("next_query_at")).values()
            moments += Payout.objects.aggregate(Min("next_submission_at")).values()
    return min((moment for moment in moments if moment), default=None)


def _people_decide(rehearsal: Rehearsal, cast: Cast) -> int:
    """Staff hand in the paybill's statement, and decide what is still in doubt by what it says."""
    statement = rehearsal.sandbox.get("/mpesa/statement.csv")
    movements = rehearsal.ask("GET", "/mpesa/statement")["movements"]
    moved = {each["operation"]: each["receipt"] for each in movements} | {each["originator"]: "" for each in movements}
    moved.pop("", None)  # A payment by menu bears no number of ours.
    decided = 0
    with entered(cast.phones.pk):
        claimed = claim_statement(by=STAFF, lines=read_paybill(statement.text))
    come_to_rest(rehearsal, cast)
    with entered(cast.phones.pk):
        for attempt in CollectionAttempt.objects.filter(resolved_at__isnull=True).exclude(doubt=""):
            receipt = moved.get(attempt.checkout_request_id or "")
            outcome: Outcome = "seen" if attempt.state != "review" else "not_paid" if receipt is None else "paid"
            resolve_attempt(
                by=STAFF,
                attempt_id=attempt.pk,
                outcome=outcome,
                reason="By the statement",
                receipt="" if attempt.receipt else receipt or "",
            )
            decided += 1
        for payout in Payout.objects.filter(resolved_at__isnull=True).exclude(doubt=""):
            has_left: Outcome = "paid" if payout.originator_id in moved else "not_paid"
            end: Outcome = "seen" if payout.doubt == "late" else has_left
            resolve_payout(by=STAFF, payout_id=payout.pk, outcome=end, reason="By the statement")
            decided += 1
    return decided + claimed + _lift_freezes(cast)


def _lift_freezes(cast: Cast) -> int:
    """Staff look at what a rule made wait (a card that declines again and again does), and let it go on."""
    lifted = 0
    for community, people in ((cast.phones, cast.with_phones), (cast.cards, cast.with_cards)):
        with entered(community.pk):
            for freeze in list(Freeze.objects.filter(lifted_at__isnull=True)):
                other = next(each.member_id for each in people if each.member_id != freeze.member_id)
                by = Actor(kind="member", label="Staff", member_id=other, permissions=frozenset({GUARD}))
                lift_freeze(by=by, freeze_id=freeze.pk, outcome="go_on", reason="Played")
                lifted += 1
    return lifted


def _key(config: Config) -> dict[str, str]:
    return {"Authorization": f"Bearer {config.stripe_secret_key.get_secret_value()}"}
