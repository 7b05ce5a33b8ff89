"""People who sign in, and their membership of communities."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from pamoja.foundation import clock, ids
from pamoja.foundation.fields import EncryptedTextField
from pamoja.kernel.communities.public import CommunityModel
from pamoja.kernel.identity import rules


class PersonManager(BaseUserManager["Person"]):
    """Makes people by email."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        person = self.model(email=self.normalize_email(email), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Person:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email__iexact=username)


class Person(AbstractBaseUser, PermissionsMixin):
    """A person who signs in, in whatever communities. The phone is held sealed and found by its blind index."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=80)
    phone = EncryptedTextField(null=True)
    phone_index = models.BinaryField(null=True, editable=False)
    phone_verified_at = models.DateTimeField(null=True)
    phone_changed_at = models.DateTimeField(
        null=True, editable=False, help_text="Not set by the first one, on joining."
    )
    access_changed_at = models.DateTimeField(
        null=True, editable=False, help_text="When the password or the address that signs in was last changed."
    )
    bank_details = EncryptedTextField(null=True, help_text="JSON: holder, bank, account, branch.")
    photo = models.CharField(max_length=60, blank=True, help_text="The file's unguessable name below the media folder.")
    language = models.CharField(max_length=8, default="en")
    time_zone = models.CharField(max_length=40, blank=True, help_text="Empty: the community's.")
    terms_accepted_at = models.DateTimeField(null=True, editable=False)
    terms_version = models.CharField(max_length=20, blank=True, editable=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(
        default=False, help_text="Works for the platform; a community's operator needs it not."
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar[PersonManager] = PersonManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        db_table = "person"
        verbose_name_plural = "people"
        constraints = [
            models.UniqueConstraint(Lower("email"), name="person_email_unique"),
            models.UniqueConstraint(fields=["phone_index"], name="person_phone_unique"),
            models.CheckConstraint(
                condition=models.Q(phone__isnull=True, phone_index__isnull=True, phone_verified_at__isnull=True)
                | models.Q(phone__isnull=False, phone_index__isnull=False),
                name="person_phone_has_its_index",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_place_for_money(self) -> bool:
        """Whether it is known where money could be sent on to: a phone, or a bank account."""
        return bool(self.phone or self.bank_details)


class PaymentMethod(models.TextChoices):
    """Where a member's money should end up."""

    WALLET = "wallet", "Keep it in my wallet"
    MPESA = "mpesa", "Send it on to my phone or my bank"


class Member(CommunityModel):
    """A person in a community: what they are called there, what they may do and what others see of them."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    name = models.CharField(max_length=80)
    roles = models.JSONField(default=list, blank=True)
    payment_method = models.CharField(max_length=10, choices=PaymentMethod.choices, default=PaymentMethod.WALLET)
    shows_full_name = models.BooleanField(default=True)
    shows_photo = models.BooleanField(default=True)
    shows_phone = models.BooleanField(default=False)
    shows_presence = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "member"
        constraints = [
            models.UniqueConstraint(fields=["community", "person"], name="member_person_unique"),
            models.CheckConstraint(
                condition=models.Q(payment_method__in=PaymentMethod.values), name="member_payment_method_known"
            ),
        ]
        indexes = [models.Index(fields=["community", "name"], name="member_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_name(self) -> str:
        """What other members read: the full name, or `Amina W.` for who prefers that."""
        return self.name if self.shows_full_name else rules.short_name(self.name)

    @property
    def role_labels(self) -> list[str]:
        """The roles beside being a member, as they are read."""
        return [rules.role_label(role) for role in self.roles]
