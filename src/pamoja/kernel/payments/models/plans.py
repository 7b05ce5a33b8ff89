"""What is sold: plans, their prices, discounts with their codes, and the taxes of a community."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import CommunityModel
from pamoja.kernel.payments.models.choices import choices, listed
from pamoja.kernel.payments.rules.billing import AfterGrace
from pamoja.kernel.payments.rules.discounts import WHOLE_BP, Duration, Reduction
from pamoja.kernel.payments.rules.exact import percent_text
from pamoja.kernel.payments.rules.periods import Interval
from pamoja.kernel.payments.rules.pricing import Scheme, Tariff, Tier
from pamoja.kernel.payments.rules.revenue import Recognition

_DURATIONS = {Duration.ONCE: "off the first invoice", Duration.FOREVER: "off for ever"}


class Plan(CommunityModel):
    """What a member subscribes to; what it grants is asked for by name with `subscription_grants`."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    product = models.CharField(max_length=40, help_text="Whose it is; one running subscription a member and product.")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)
    grants = models.JSONField(default=list, blank=True, help_text='What it opens: ["learning.premium"].')
    rank = models.PositiveSmallIntegerField(default=0, help_text="The order in which plans are shown.")
    trial_days = models.PositiveSmallIntegerField(default=0)
    remind_days = models.PositiveSmallIntegerField(default=3, help_text="Before a trial or period ends; 0: never.")
    retry_days = models.JSONField(default=list, blank=True, help_text="After the first failure: [1, 3, 5].")
    grace_days = models.PositiveSmallIntegerField(default=7)
    after_grace = models.CharField(max_length=8, choices=choices(AfterGrace), default=AfterGrace.CANCEL)
    recognition = models.CharField(max_length=12, choices=choices(Recognition), default=Recognition.DAILY)
    is_offered = models.BooleanField(default=True)
    made_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "payments_plan"
        constraints = [
            models.UniqueConstraint(fields=["community", "product", "code"], name="payments_plan_code_unique"),
            models.CheckConstraint(condition=Q(after_grace__in=listed(AfterGrace)), name="payments_plan_grace_known"),
            models.CheckConstraint(
                condition=Q(recognition__in=listed(Recognition)), name="payments_plan_recognition_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return ids.public("plan", self.id)


class Price(CommunityModel):
    """What a plan costs. It never changes: another amount is another price, and who has this one keeps it."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="prices")
    currency = models.CharField(max_length=8)
    interval = models.CharField(max_length=8, choices=choices(Interval), default=Interval.MONTH)
    interval_count = models.PositiveSmallIntegerField(default=1)
    scheme = models.CharField(max_length=12, choices=choices(Scheme), default=Scheme.FLAT)
    unit_minor = models.BigIntegerField(default=0)
    per_units = models.PositiveIntegerField(default=1, help_text="For how many units that is.")
    unit_name = models.CharField(max_length=30, blank=True, help_text="What is counted: seat, message, 1,000 tokens.")
    is_metered = models.BooleanField(default=False, help_text="The quantity is the use of a period, billed after it.")
    is_offered = models.BooleanField(default=True)
    made_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "payments_price"
        constraints = [
            models.CheckConstraint(condition=Q(scheme__in=listed(Scheme)), name="payments_price_scheme_known"),
            models.CheckConstraint(condition=Q(interval__in=listed(Interval)), name="payments_price_interval_known"),
            models.CheckConstraint(
                condition=Q(unit_minor__gte=0, per_units__gte=1, interval_count__gte=1), name="payments_price_sound"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.often}"

    @property
    def public_id(self) -> str:
        return ids.public("price", self.id)

    @property
    def tariff(self) -> Tariff:
        """As the rules of pricing read it."""
        tiers = [Tier(each.up_to, each.unit_minor, each.flat_minor) for each in self.tiers.all()]
        tiers.sort(key=lambda each: (each.up_to is None, each.up_to or 0))
        return Tariff(Scheme(self.scheme), self.unit_minor, self.per_units, tuple(tiers))

    @property
    def often(self) -> str:
        """`a month`, `every 3 months`."""
        return f"a {self.interval}" if self.interval_count == 1 else f"every {self.interval_count} {self.interval}s"

    @property
    def words(self) -> str:
        """`KSh 500 a month`, `KSh 20 a message, billed a month`."""
        unit, amount = self.unit_name or "unit", Money(self.unit_minor, self.currency)
        if self.scheme == Scheme.FLAT:
            return f"{amount.text} {self.often}" if amount else f"Free {self.often}"
        if self.scheme == Scheme.EACH:
            said = f"{amount.text} for {self.per_units:,} {unit}s" if self.per_units > 1 else f"{amount.text} a {unit}"
        else:
            said = f"Tiers by {unit}"
        return f"{said}, billed {self.often}"


class PriceTier(CommunityModel):
    """One step of a price in tiers."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="tiers")
    up_to = models.BigIntegerField(null=True, help_text="The last unit in it; empty: all the rest.")
    unit_minor = models.BigIntegerField()
    flat_minor = models.BigIntegerField(default=0)

    class Meta:
        db_table = "payments_tier"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "price", "up_to"], nulls_distinct=False, name="payments_tier_limit_unique"
            ),
            models.CheckConstraint(
                condition=Q(unit_minor__gte=0, flat_minor__gte=0) & (Q(up_to__isnull=True) | Q(up_to__gt=0)),
                name="payments_tier_sound",
            ),
        ]

    def __str__(self) -> str:
        return f"up to {self.up_to}" if self.up_to else "the rest"

    @property
    def words(self) -> str:
        """`KSh 2 each`, `KSh 2 each and KSh 50`."""
        code = self.price.currency
        each = f"{Money(self.unit_minor, code).text} each"
        return f"{each} and {Money(self.flat_minor, code).text}" if self.flat_minor else each


class TaxRate(CommunityModel):
    """A tax that the community puts on its invoices; it is ended rather than changed."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    name = models.CharField(max_length=40, help_text="As it stands on invoices: VAT.")
    rate_bp = models.PositiveIntegerField(help_text="In hundredths of a per cent: 1600 is 16 %.")
    is_inclusive = models.BooleanField(default=False, help_text="Prices contain it.")
    registration = models.CharField(max_length=40, blank=True, help_text="The community's number with the tax office.")
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "payments_tax_rate"
        constraints = [
            models.CheckConstraint(condition=Q(rate_bp__gt=0, rate_bp__lte=WHOLE_BP), name="payments_tax_rate_sound"),
            models.UniqueConstraint(
                fields=["community", "name"], condition=Q(is_active=True), name="payments_tax_rate_active_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def public_id(self) -> str:
        return ids.public("tax", self.id)

    @property
    def words(self) -> str:
        """`VAT 16 %`."""
        return f"{self.name} {percent_text(self.rate_bp)}"


class Discount(CommunityModel):
    """What is taken off invoices, for how long, and how often it may be given."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    name = models.CharField(max_length=60, help_text="As it stands on invoices.")
    percent_bp = models.PositiveIntegerField(default=0, help_text="In hundredths of a per cent; or")
    off_minor = models.BigIntegerField(default=0, help_text="an amount in minor units of")
    currency = models.CharField(max_length=8, blank=True)
    duration = models.CharField(max_length=10, choices=choices(Duration), default=Duration.ONCE)
    times = models.PositiveSmallIntegerField(default=1, help_text="For how many invoices a repeating one holds.")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    redemptions_max = models.PositiveIntegerField(null=True, blank=True)
    redemptions = models.PositiveIntegerField(default=0)
    redeem_by = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "payments_discount"
        constraints = [
            models.CheckConstraint(
                condition=Q(percent_bp__gt=0, percent_bp__lte=WHOLE_BP, off_minor=0, currency="")
                | (Q(percent_bp=0, off_minor__gt=0) & ~Q(currency="")),
                name="payments_discount_share_or_amount",
            ),
            models.CheckConstraint(condition=Q(duration__in=listed(Duration)), name="payments_discount_duration_known"),
            models.CheckConstraint(condition=Q(times__gte=1), name="payments_discount_times_some"),
            models.CheckConstraint(
                condition=Q(redemptions_max__isnull=True) | Q(redemptions__lte=models.F("redemptions_max")),
                name="payments_discount_within_limit",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def reduction(self) -> Reduction:
        """As the rules of discounts read it."""
        return Reduction(self.percent_bp, self.off_minor)

    @property
    def words(self) -> str:
        """`20 % off the first invoice`, `KSh 50 off 3 invoices`, `50 % off for ever`."""
        off = percent_text(self.percent_bp) if self.percent_bp else Money(self.off_minor, self.currency).text
        several = f"off {self.times} invoices"
        return f"{off} {_DURATIONS.get(Duration(self.duration), several)}"


class PromotionCode(CommunityModel):
    """A word by which a member gets a discount."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    discount = models.ForeignKey(Discount, on_delete=models.PROTECT, related_name="codes")
    code = models.CharField(max_length=40, help_text="In capitals; members may write it as they like.")
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    is_for_first_only = models.BooleanField(default=False)
    least_minor = models.BigIntegerField(default=0)
    redemptions_max = models.PositiveIntegerField(null=True, blank=True)
    redemptions = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "payments_promotion_code"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "code"], condition=Q(is_active=True), name="payments_promotion_code_active_unique"
            ),
            models.CheckConstraint(
                condition=Q(redemptions_max__isnull=True) | Q(redemptions__lte=models.F("redemptions_max")),
                name="payments_promotion_code_within_limit",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def public_id(self) -> str:
        return ids.public("code", self.id)
