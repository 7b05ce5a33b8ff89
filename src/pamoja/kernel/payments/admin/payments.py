"""The back office sees collections, payouts and webhooks; it changes nothing, and phones are masked."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline

from pamoja.foundation import ids
from pamoja.foundation.back_office import OnlyRead
from pamoja.kernel.payments.models import Collection, CollectionAttempt, Payout, WebhookInbox
from pamoja.kernel.payments.rules.mpesa import masked


def _review_link(prefix: str, row: CollectionAttempt | Payout) -> str | SafeString:
    if not row.doubt or row.resolved_at is not None:
        return ""
    return format_html('<a href="{}">Look at it</a>', reverse("payments:resolve", args=[ids.public(prefix, row.pk)]))


class AttemptInline(OnlyRead, TabularInline):  # type: ignore[misc]  # unfold is untyped
    """The prompts of a collection."""

    model = CollectionAttempt
    fields = (
        "number", "state", "began_at", "ended_at", "checkout_request_id", "result_code", "receipt", "doubt", "review",
    )  # fmt: skip
    readonly_fields = fields
    extra = 0

    def review(self, attempt: CollectionAttempt) -> str | SafeString:
        return _review_link("attempt", attempt)


@admin.register(Collection)
class CollectionAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """What members are asked for."""

    list_display = ("requested_at", "member", "amount", "purpose", "state", "reason_code", "confirmed_at")
    list_filter = ("state", "rail")
    search_fields = ("purpose", "key", "attempts__receipt", "attempts__checkout_request_id")
    list_select_related = ("member",)
    ordering = ("-requested_at",)
    inlines = (AttemptInline,)
    fields = (
        ("member", "masked_phone"),
        ("amount", "rail"),
        ("purpose", "key"),
        ("state", "reason_code", "reason"),
        ("requested_at", "next_attempt_at", "expires_at", "confirmed_at"),
    )
    readonly_fields = tuple(name for row in fields for name in row)

    def masked_phone(self, collection: Collection) -> str:
        return masked(str(collection.phone))


@admin.register(Payout)
class PayoutAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """What is sent to members."""

    list_display = ("requested_at", "member", "amount", "purpose", "state", "reason_code", "receipt", "review")
    list_filter = ("state", "rail", "doubt")
    search_fields = ("purpose", "key", "receipt", "originator_id", "conversation_id")
    list_select_related = ("member",)
    ordering = ("-requested_at",)
    fields = (
        ("member", "masked_phone"),
        ("amount", "rail"),
        ("purpose", "key"),
        ("state", "reason_code", "reason"),
        ("requested_at", "sent_at", "next_submission_at", "next_query_at", "ended_at"),
        ("originator_id", "conversation_id", "receipt"),
        ("doubt", "resolved_at", "resolution", "review"),
    )
    readonly_fields = tuple(name for row in fields for name in row)

    def masked_phone(self, payout: Payout) -> str:
        return masked(str(payout.phone))

    def review(self, payout: Payout) -> str | SafeString:
        return _review_link("payout", payout)


@admin.register(WebhookInbox)
class WebhookInboxAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """What came in. The bytes are not shown: they hold phone numbers and names."""

    list_display = ("received_at", "kind", "is_trusted", "claimed_code", "claimed_receipt", "note", "deliveries")
    list_filter = ("kind", "is_trusted", "note")
    search_fields = ("claimed_id", "claimed_receipt", "subject_id")
    ordering = ("-received_at",)
    fields = (
        ("rail", "kind", "subject_id"),
        ("received_at", "applied_at", "deliveries"),
        ("source", "is_trusted", "headers"),
        ("claimed_id", "claimed_code", "claimed_receipt", "claimed_minor"),
        ("note",),
    )
    readonly_fields = tuple(name for row in fields for name in row)
