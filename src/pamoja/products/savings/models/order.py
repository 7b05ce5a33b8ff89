"""How the order came about: draws that can be checked, and swaps to which two consent."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.foundation.fields import EncryptedTextField
from pamoja.kernel.communities.public import CommunityModel
from pamoja.products.savings.models.circles import Circle, CircleMember


class Draw(CommunityModel):
    """One draw of a circle's order: the commitment from the beginning; seed, members and order once drawn."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    circle = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="draws")
    number = models.PositiveSmallIntegerField(default=1)
    commitment = models.CharField(max_length=64)
    committed_at = models.DateTimeField(default=clock.now)
    sealed_seed = EncryptedTextField()
    seed = models.CharField(max_length=64, null=True, help_text="Published with the draw.")
    member_ids = models.JSONField(default=list)
    order = models.JSONField(default=list)
    drawn_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "savings_draw"
        constraints = [
            models.UniqueConstraint(fields=["circle", "number"], name="savings_draw_number_unique"),
            models.UniqueConstraint(fields=["circle"], condition=Q(voided_at=None), name="savings_draw_one_that_holds"),
            models.CheckConstraint(
                condition=Q(seed=None, drawn_at=None) | Q(seed__isnull=False, drawn_at__gte=models.F("committed_at")),
                name="savings_draw_published_when_drawn",
            ),
        ]

    def members_drawn(self) -> list[UUID]:
        """The members who took part."""
        return [UUID(each) for each in self.member_ids]

    def members_in_order(self) -> list[UUID]:
        """Who receives first, second, third…"""
        return [UUID(each) for each in self.order]


class PositionSwap(CommunityModel):
    """One member asks another to exchange places; it happens only if the other consents."""

    class State(models.TextChoices):
        ASKED = "asked", "Waiting for an answer"
        CONSENTED = "consented", "Swapped"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"
        EXPIRED = "expired", "Expired"

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    circle = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="swaps")
    asker = models.ForeignKey(CircleMember, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(CircleMember, on_delete=models.PROTECT, related_name="+")
    asker_position = models.PositiveSmallIntegerField()
    other_position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    # The transaction that consented; the database lets positions change in that one alone.
    consented_in = models.BigIntegerField(null=True, editable=False)

    class Meta:
        db_table = "savings_position_swap"
        constraints = [
            models.UniqueConstraint(
                fields=["asker"], condition=Q(state="asked"), name="savings_position_swap_one_asked"
            ),
            models.UniqueConstraint(
                fields=["other"], condition=Q(state="asked"), name="savings_position_swap_one_to_answer"
            ),
            models.CheckConstraint(
                condition=~Q(asker=models.F("other")) & ~Q(asker_position=models.F("other_position")),
                name="savings_position_swap_between_two",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at=None)
                | (
                    Q(state__in=["consented", "refused", "withdrawn", "expired"])
                    & Q(decided_at__gte=models.F("asked_at"))
                ),
                name="savings_position_swap_decided_when_answered",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("asked_at")), name="savings_position_swap_expires_after_asked"
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state="asked"), name="savings_position_swap_open"),
            models.Index(fields=["circle", "-asked_at"], name="savings_position_swap_history"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state == self.State.ASKED
