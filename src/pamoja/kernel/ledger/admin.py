"""The back office reads the books: accounts, the journal, holds. Nobody writes here; the database would refuse."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from unfold.admin import ModelAdmin
from unfold.decorators import display

from pamoja.foundation.back_office import OnlyRead
from pamoja.foundation.money import Money
from pamoja.kernel.ledger.models import Account, Hold, JournalEntry, JournalTransfer
from pamoja.kernel.ledger.queries.reading import balance, transfers_of


class OwnerFilter(admin.SimpleListFilter):
    """By kind of owner: members, circles, rails, the community."""

    title = "whose"
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, kind.capitalize()) for kind in ("member", "circle", "rail", "community")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Account]) -> QuerySet[Account]:
        return queryset.filter(owner__startswith=str(self.value())) if self.value() else queryset


@admin.register(Account)
class AccountAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold carries no types
    """Whose money, what for; found by owner or purpose."""

    list_display = ("owner", "purpose", "currency", "standing", "sequence", "posted_at")
    list_filter = (OwnerFilter, "purpose", "currency")
    search_fields = ("owner", "purpose")
    ordering = ("owner", "purpose", "currency")
    fields = (
        "owner",
        "purpose",
        "currency",
        "standing",
        "held",
        "floor",
        "sequence",
        "opened_at",
        "posted_at",
        "number",
    )
    readonly_fields = fields

    @display(description="Balance")
    def standing(self, account: Account) -> str:
        return balance(account.pk).posted.text

    @display(description="Held")
    def held(self, account: Account) -> str:
        return Money(account.held_minor, account.currency).text

    @display(description="Never below")
    def floor(self, account: Account) -> str:
        return "no floor" if account.floor_minor is None else Money(account.floor_minor, account.currency).text


class MovedFilter(admin.SimpleListFilter):
    """By the kind of owner whose account it touched."""

    title = "touches"
    parameter_name = "touches"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, kind.capitalize()) for kind in ("member", "circle", "rail", "community")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[JournalEntry]) -> QuerySet[JournalEntry]:
        if not self.value():
            return queryset
        return queryset.filter(number__in=JournalTransfer.entries_touching(str(self.value())))


@admin.register(JournalEntry)
class JournalEntryAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold carries no types
    """Everything the ledger ever answered, newest first; found by key, reference, description or number."""

    list_display = ("number", "posted_at", "kind", "description", "reference", "amount")
    list_filter = ("kind", MovedFilter, "posted_at")
    search_fields = ("key", "reference", "description", "=number")
    ordering = ("-number",)
    fields = ("number", "posted_at", "kind", "description", "reference", "key", "moved", "shown_details")
    readonly_fields = fields

    @display(description="Amount")
    def amount(self, entry: JournalEntry) -> str:
        return ", ".join(transfer.amount.text for transfer in transfers_of(entry.number)[:3])

    @display(description="Transfers")
    def moved(self, entry: JournalEntry) -> str:
        rows = [
            (each.number % 4096 + 1, each.debit_account, each.credit_account, each.amount.text)
            for each in transfers_of(entry.number)
        ]
        return format_html_join("", "<p>{}. {} → {}: <b>{}</b></p>", rows) if rows else "nothing moved"

    @display(description="Details")
    def shown_details(self, entry: JournalEntry) -> str:
        return format_html("<pre>{}</pre>", json.dumps(entry.details, indent=2)) if entry.details else "none"


@admin.register(Hold)
class HoldAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold carries no types
    """Money set aside."""

    list_display = ("held_at", "account", "amount", "captured", "state", "expires_at")
    list_filter = ("state",)
    list_select_related = ("account",)
    search_fields = ("account__owner",)
    ordering = ("-held_at",)
    fields = ("account", "amount", "captured", "state", "held_at", "expires_at", "ended_at")
    readonly_fields = fields

    @display(description="Amount")
    def amount(self, hold: Hold) -> str:
        return Money(hold.amount_minor, hold.account.currency).text

    @display(description="Captured")
    def captured(self, hold: Hold) -> str:
        return Money(hold.captured_minor, hold.account.currency).text
