"""How money that savings moves reads on statements and among payments: what it was for, and in which circle."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse

from pamoja.kernel.ledger.public import Described
from pamoja.products.savings.models import Circle, Contribution, Round, RoundPayout


def contributions_described(ids: set[UUID]) -> dict[UUID, Described]:
    """`savings.contribution:<uuid>`: paid in, passed on as arrears, or given back."""
    found = Contribution.objects.filter(pk__in=ids).select_related("circle", "round")
    return {each.pk: _of("Contribution to", each.circle, each.round) for each in found}


def contributions_found(text: str, limit: int) -> list[UUID]:
    """Those to circles whose name holds the text, the newest."""
    circles = list(Circle.objects.filter(name__icontains=text).values_list("pk", flat=True)[:limit])
    found = Contribution.objects.filter(circle__in=circles).order_by("-opened_at", "-pk")
    return list(found.values_list("pk", flat=True)[:limit]) if circles else []


def rounds_described(ids: set[UUID]) -> dict[UUID, Described]:
    """`savings.round:<uuid>`: a pot that went out."""
    found = Round.objects.filter(pk__in=ids).select_related("circle")
    return {each.pk: _of("Pot of", each.circle, each) for each in found}


def payouts_described(ids: set[UUID]) -> dict[UUID, Described]:
    """`savings.payout:<uuid>`: a pot, or arrears, sent on to the phone."""
    found = RoundPayout.objects.filter(pk__in=ids).select_related("circle", "round")
    return {
        each.pk: _of("Pot of" if each.kind == RoundPayout.Kind.POT else "Arrears of", each.circle, each.round)
        for each in found
    }


def payouts_found(text: str, limit: int) -> list[UUID]:
    """Pots and arrears of circles whose name holds the text, the newest."""
    found = RoundPayout.objects.filter(circle__name__icontains=text).order_by("-paid_at", "-pk")
    return list(found.values_list("pk", flat=True)[:limit])


def circles_described(ids: set[UUID]) -> dict[UUID, Described]:
    """`circle:<uuid>`: what concerns all of it, such as shares of the late fees."""
    return {each.pk: Described(each.name, _address(each)) for each in Circle.objects.filter(pk__in=ids)}


def _of(what: str, circle: Circle, its_round: Round) -> Described:
    return Described(f"{what} {circle.name}, round {its_round.number}", _address(circle))


def _address(circle: Circle) -> str:
    return reverse("savings:circle", args=[circle.pk])
