"""Facts and their seals: tables that only ever grow."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from pamoja.foundation import clock, ids
from pamoja.kernel.communities.public import CommunityModel


class Fact(CommunityModel):
    """One thing that happened. `sequence` is given by the database as it is inserted."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    sequence = models.BigIntegerField(editable=False, default=0)
    at = models.DateTimeField(default=clock.now)
    name = models.CharField(max_length=80)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True, help_text="The member, else the person; empty for the system.")
    actor_label = models.CharField(max_length=120)
    subjects: ArrayField[list[str], list[str]] = ArrayField(models.CharField(max_length=80), default=list)
    data = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "audit_fact"
        constraints = [models.UniqueConstraint(fields=["sequence"], name="audit_fact_sequence_unique")]
        indexes = [
            GinIndex(fields=["subjects"], name="audit_fact_subjects"),
            models.Index(fields=["community", "name", "-sequence"], name="audit_fact_by_name"),
            models.Index(fields=["community", "-sequence"], name="audit_fact_newest"),
        ]


class Seal(CommunityModel):
    """The hash over the community's facts with `after_sequence < sequence <= to_sequence`, chained."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    number = models.PositiveBigIntegerField()
    after_sequence = models.BigIntegerField()
    to_sequence = models.BigIntegerField()
    facts = models.PositiveIntegerField()
    digest = models.BinaryField()
    sealed_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "audit_seal"
        constraints = [
            models.UniqueConstraint(fields=["community", "number"], name="audit_seal_number_unique"),
            models.CheckConstraint(
                condition=models.Q(to_sequence__gt=models.F("after_sequence")), name="audit_seal_covers_something"
            ),
        ]
