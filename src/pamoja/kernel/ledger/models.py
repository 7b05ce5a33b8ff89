"""The ledger's tables as Django sees them: to read, never to write. `sql/tables.sql` defines them."""

from __future__ import annotations

from django.db import models

from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import CommunityModel
from pamoja.kernel.ledger import rules


class Account(CommunityModel):
    """Whose money it is and what for. The balance is kept here only when there is a floor: see `queries.balance`."""

    id = models.UUIDField(primary_key=True, editable=False)
    number = models.BigIntegerField(unique=True, editable=False)
    owner = models.CharField(max_length=100)
    purpose = models.CharField(max_length=100)
    currency = models.CharField(max_length=8)
    floor_minor = models.BigIntegerField(null=True)
    balance_minor = models.BigIntegerField()
    held_minor = models.BigIntegerField()
    sequence = models.BigIntegerField()
    posted_at = models.DateTimeField()
    opened_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "ledger_account"

    def __str__(self) -> str:
        return f"{self.owner} {self.purpose} {self.currency}"

    @property
    def owner_kind(self) -> str:
        return self.owner.partition(":")[0]


class JournalEntry(CommunityModel):
    """One answer the ledger gave: what it posted, held or refused."""

    number = models.BigIntegerField(primary_key=True, editable=False)
    posted_at = models.DateTimeField()
    kind = models.CharField(max_length=8)
    key = models.CharField(max_length=200, null=True)
    description = models.CharField(max_length=500)
    reference = models.CharField(max_length=200)
    details = models.JSONField(null=True)

    class Meta:
        managed = False
        db_table = "ledger_entry"
        verbose_name_plural = "journal entries"

    def __str__(self) -> str:
        return f"entry {self.number}"

    @property
    def entry_id(self) -> rules.EntryId:
        return rules.entry_id(self.number)


class JournalTransfer(CommunityModel):
    """Money that moved between two accounts, with the balance it left on each that has a floor."""

    number = models.BigIntegerField(primary_key=True, editable=False)
    posted_at = models.DateTimeField()
    debit_account = models.ForeignKey(
        Account,
        models.DO_NOTHING,
        to_field="number",
        db_column="debit_account",
        db_constraint=False,
        related_name="debits",
    )
    credit_account = models.ForeignKey(
        Account,
        models.DO_NOTHING,
        to_field="number",
        db_column="credit_account",
        db_constraint=False,
        related_name="credits",
    )
    amount_minor = models.BigIntegerField()
    debit_sequence = models.BigIntegerField()
    credit_sequence = models.BigIntegerField()
    debit_balance_minor = models.BigIntegerField(null=True)
    credit_balance_minor = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "ledger_transfer"

    def __str__(self) -> str:
        return f"transfer {self.number // 4096}/{self.number % 4096}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.debit_account.currency)

    @classmethod
    def entries_touching(cls, owner_kind: str) -> models.QuerySet[JournalTransfer, int]:
        """The numbers of entries that moved money from or to this kind of owner."""
        touching = models.Q(debit_account__owner__startswith=owner_kind) | models.Q(
            credit_account__owner__startswith=owner_kind
        )
        return cls.objects.filter(touching).annotate(entry=models.F("number") / 4096).values_list("entry", flat=True)


class Hold(CommunityModel):
    """Money set aside on an account."""

    id = models.UUIDField(primary_key=True, editable=False)
    entry = models.ForeignKey(JournalEntry, models.DO_NOTHING, db_column="entry_number", related_name="+")
    account = models.ForeignKey(
        Account, models.DO_NOTHING, to_field="number", db_column="account_number", related_name="holds"
    )
    amount_minor = models.BigIntegerField()
    captured_minor = models.BigIntegerField()
    state = models.CharField(max_length=8)
    held_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "ledger_hold"

    def __str__(self) -> str:
        return f"hold {self.id}"

    @property
    def left_minor(self) -> int:
        return self.amount_minor - self.captured_minor if self.state == "open" else 0
