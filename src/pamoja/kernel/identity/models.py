"""People who sign in, and their membership of communities."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from pamoja.foundation import clock, ids
from pamoja.foundation.fields import EncryptedTextField
from pamoja.kernel.communities.public import CommunityModel


class PersonManager(BaseUserManager["Person"]):
    """Makes people by email."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        person = self.model(email=self.normalize_email(email), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Person:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Person(AbstractBaseUser, PermissionsMixin):
    """A person who signs in, in whatever communities. The phone is held sealed and found by its blind index."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=80)
    phone = EncryptedTextField(null=True)
    phone_index = models.BinaryField(null=True, editable=False)
    phone_verified_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=8, default="en")
    time_zone = models.CharField(max_length=40, blank=True, help_text="Empty: the community's.")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
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
        ]

    def __str__(self) -> str:
        return self.name


class Member(CommunityModel):
    """A person in a community: what they are called there and what they may do."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    name = models.CharField(max_length=80)
    roles = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "member"
        constraints = [
            models.UniqueConstraint(fields=["community", "person"], name="member_person_unique"),
        ]

    def __str__(self) -> str:
        return self.name
