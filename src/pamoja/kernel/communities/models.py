"""The community's table, the base of every table that belongs to one, and the wall around their rows."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.db.migrations.operations.base import Operation
from django.db.models.functions import Lower

from pamoja.foundation import clock, ids
from pamoja.kernel.communities.errors import NoCommunity

entered_community: ContextVar[UUID | None] = ContextVar("community", default=None)
"""The community that what runs now works for; set it through `queries.entered` alone."""


class Community(models.Model):
    """A tenant. `brand` holds custom properties: `{"light": {"brand": "#0f6b4f"}, "dark": {…}}`."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    slug = models.SlugField(max_length=40, help_text="Its address is /c/<slug>/.")
    name = models.CharField(max_length=80)
    tagline = models.CharField(max_length=140, blank=True)
    domain = models.CharField(max_length=253, null=True, blank=True, help_text="Its own host name, if it has one.")
    currency = models.CharField(max_length=8)
    country = models.CharField(max_length=2, help_text="ISO 3166; how local phone numbers are read.")
    time_zone = models.CharField(max_length=40, default="Africa/Nairobi")
    language = models.CharField(max_length=8, default="en")
    brand = models.JSONField(default=dict, blank=True)
    logo = models.CharField(max_length=40, blank=True, help_text="The name of a drawn mark, such as `rings`.")
    products = models.JSONField(default=list, blank=True, help_text='Switched on, such as ["savings"].')
    flags = models.JSONField(default=dict, blank=True, help_text='Such as {"savings.swap": true}.')
    created_at = models.DateTimeField(default=clock.now, editable=False)

    changes: ClassVar[int] = 0
    """How many rows this process has saved: what was read before counts no more."""

    class Meta:
        db_table = "community"
        verbose_name_plural = "communities"
        constraints = [
            models.UniqueConstraint(Lower("slug"), name="community_slug_unique"),
            models.UniqueConstraint(Lower("domain"), name="community_domain_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        Community.changes += 1
        super().save(*args, **kwargs)

    def has_on(self, product: str) -> bool:
        """Whether the product is switched on."""
        return product in self.products

    def has_flag(self, flag: str) -> bool:
        """Whether the flag is set."""
        return bool(self.flags.get(flag))


def current_community_id() -> UUID:
    """The entered community.

    Raises: NoCommunity, which is a bug in the caller.
    """
    community_id = entered_community.get()
    if community_id is None:
        raise NoCommunity("enter a community before touching its rows")
    return community_id


class CommunityModel(models.Model):
    """The base of every table of a community; its migration adds `IsolateByCommunity("<Model>")`."""

    community: models.ForeignKey[Any, Any] = models.ForeignKey(
        Community, on_delete=models.PROTECT, default=current_community_id, editable=False, related_name="+"
    )

    class Meta:
        abstract = True


class IsolateByCommunity(Operation):
    """Rows of the model are seen, made and changed only while their community is entered."""

    reversible = True

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Django's own picture of the model does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        # The sub-select lets PostgreSQL ask once a statement instead of once a row.
        schema_editor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        schema_editor.execute(
            f'CREATE POLICY "{table}_stays_in_its_community" ON "{table}" '
            f"USING (community_id = (SELECT current_community())) "
            f"WITH CHECK (community_id = (SELECT current_community()))"
        )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        schema_editor.execute(f'DROP POLICY "{table}_stays_in_its_community" ON "{table}"')
        schema_editor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')

    def describe(self) -> str:
        return f"Isolate {self.model_name} by community"
