"""How a community wants to be paid, and where its providers' events come in."""

from __future__ import annotations

from django.db import models

from pamoja.foundation import clock, ids
from pamoja.foundation.fields import EncryptedTextField
from pamoja.kernel.communities.public import CommunityModel


class PaymentSettings(CommunityModel):
    """One row a community; what is empty follows the installation. Limits are in `safety`, by tier."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    rails = models.JSONField(default=list, blank=True, help_text="In the order offered; empty: what fits the currency.")
    attempts_max = models.PositiveSmallIntegerField(null=True, blank=True)
    delays_s = models.JSONField(default=dict, blank=True, help_text='Between attempts by rail: {"stripe": [86400]}.')
    from_hour = models.PositiveSmallIntegerField(null=True, blank=True)
    until_hour = models.PositiveSmallIntegerField(null=True, blank=True)
    weekdays = models.JSONField(default=list, blank=True, help_text="0 is Monday; empty: every day.")
    paydays = models.JSONField(default=list, blank=True, help_text="Days of the month when people have money.")
    bank_account = models.JSONField(
        default=dict, blank=True, help_text="Where members transfer to: holder, bank, sort_code, account, iban."
    )
    safety = models.JSONField(default=dict, blank=True, help_text="What differs from the usual limits and thresholds.")
    reported_until = models.DateField(null=True, blank=True, help_text="The last day of the last month reported.")
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "payments_settings"
        verbose_name_plural = "payment settings"
        constraints = [models.UniqueConstraint(fields=["community"], name="payments_settings_one_a_community")]

    def __str__(self) -> str:
        return "payment settings"


class Endpoint(CommunityModel):
    """Where a provider sends this community's signed events, and the secret they are signed with."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    rail = models.CharField(max_length=20)
    rail_id = models.CharField(max_length=100)
    url = models.CharField(max_length=300)
    secret = EncryptedTextField()
    hears_payees = models.BooleanField(
        default=False, help_text="Events of connected accounts; else of the installation's own account."
    )
    made_at = models.DateTimeField(default=clock.now)
    retired_at = models.DateTimeField(null=True, help_text="Its secret still counts until then, while rolling.")

    class Meta:
        db_table = "payments_endpoint"
        constraints = [models.UniqueConstraint(fields=["rail", "rail_id"], name="payments_endpoint_rail_id_unique")]

    def __str__(self) -> str:
        return self.url
