"""The back office of savings: all to be looked up, nothing to be changed but through the circle's own deeds."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from pamoja.foundation.back_office import OnlyRead
from pamoja.products.savings.models import Circle, CircleMember, Contribution, Round, RoundPayout
from pamoja.products.savings.queries.seats import joined_counted


class SeatInline(OnlyRead, TabularInline):  # type: ignore[misc]  # unfold is untyped
    """Who is in the circle."""

    model = CircleMember
    fields = ("member", "role", "status", "position", "joined_at", "gone_at")
    extra = 0


class RoundInline(OnlyRead, TabularInline):  # type: ignore[misc]  # unfold is untyped
    """The circle's schedule."""

    model = Round
    fields = ("number", "recipient", "state", "due_on", "paid_out_at")
    extra = 0


@admin.register(Circle)
class CircleAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """All circles of the community."""

    list_display = ("name", "status", "shown_amount", "frequency", "shown_members", "first_due_on", "created_at")
    list_filter = ("status", "frequency", "visibility", "order_by", "shortfall_rule")
    search_fields = ("name", "description")
    date_hierarchy = "created_at"
    inlines = (SeatInline, RoundInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Circle]:
        return joined_counted(super().get_queryset(request))

    @display(description="Amount", ordering="amount_minor")
    def shown_amount(self, circle: Circle) -> str:
        return circle.amount.text

    @display(description="Members")
    def shown_members(self, circle: Any) -> str:
        return f"{circle.members} of {circle.members_max}"


@admin.register(Round)
class RoundAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """All rounds of the community."""

    list_display = ("circle", "number", "state", "recipient_name", "due_on", "paid_out_at")
    list_filter = ("state", "due_on")
    search_fields = ("circle__name",)
    list_select_related = ("circle", "recipient__member")
    date_hierarchy = "due_on"

    @display(description="Recipient")
    def recipient_name(self, its_round: Round) -> str:
        return str(its_round.recipient.member)


@admin.register(Contribution)
class ContributionAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """All contributions of the community."""

    list_display = (
        "circle",
        "round",
        "payer",
        "shown_amount",
        "shown_late_fee",
        "state",
        "collecting",
        "due_at",
        "paid_at",
    )
    list_filter = ("state", "collecting", "due_at")
    search_fields = ("circle__name", "seat__member__name")
    list_select_related = ("circle", "round", "seat__member")
    date_hierarchy = "due_at"

    @display(description="Member")
    def payer(self, contribution: Contribution) -> str:
        return str(contribution.seat.member)

    @display(description="Amount", ordering="amount_minor")
    def shown_amount(self, contribution: Contribution) -> str:
        return contribution.amount.text

    @display(description="Late fee", ordering="late_fee_minor")
    def shown_late_fee(self, contribution: Contribution) -> str:
        return contribution.late_fee.text if contribution.late_fee else "–"


@admin.register(RoundPayout)
class RoundPayoutAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """All that went from pots to members."""

    list_display = ("circle", "round", "receiver", "kind", "shown_amount", "sending", "paid_at")
    list_filter = ("kind", "sending", "paid_at")
    search_fields = ("circle__name", "recipient__member__name")
    list_select_related = ("circle", "round", "recipient__member")
    date_hierarchy = "paid_at"

    @display(description="Recipient")
    def receiver(self, payout: RoundPayout) -> str:
        return str(payout.recipient.member)

    @display(description="Amount", ordering="amount_minor")
    def shown_amount(self, payout: RoundPayout) -> str:
        return payout.amount.text
