"""The back office of members: who they are and what they may do; no phone number is shown in full."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from unfold.admin import ModelAdmin
from unfold.decorators import display

from pamoja.foundation.back_office import OnlyRead, SavesByActions
from pamoja.kernel.identity import rules
from pamoja.kernel.identity.actions.joining import restore_member, suspend_member
from pamoja.kernel.identity.actions.roles import change_roles
from pamoja.kernel.identity.actions.sessions import end_sessions_of
from pamoja.kernel.identity.models import Member, Person
from pamoja.kernel.identity.queries.asking import actor_of, declared_roles
from pamoja.kernel.identity.queries.sessions import sessions_of, standing_of


class RoleFilter(admin.SimpleListFilter):
    """By what members may do."""

    title = "role"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, rules.role_label(name)) for name in declared_roles() if name != rules.MEMBER]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        return queryset.filter(roles__contains=[self.value()]) if self.value() else queryset


class MemberForm(forms.ModelForm):
    """Roles to tick; all else is the member's own."""

    roles = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Member
        fields = ("roles", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "roles" in self.fields:
            names = [name for name in declared_roles() if name != rules.MEMBER]
            self.fields["roles"].choices = [(name, rules.role_label(name)) for name in names]  # type: ignore[attr-defined]  # a choice field


@admin.register(Member)
class MemberAdmin(SavesByActions, ModelAdmin):  # type: ignore[misc]  # unfold carries no types
    """The community's members. Saving goes through the actions, so that every change is a fact."""

    form = MemberForm
    list_display = ("name", "email", "shown_roles", "is_active", "joined_at")
    list_filter = (RoleFilter, "is_active")
    search_fields = ("name", "person__email")
    list_select_related = ("person",)
    ordering = ("name",)
    fields = ("name", "email", "phone", "standing", "joined_at", "sessions", "roles", "is_active")
    readonly_fields = ("name", "email", "phone", "standing", "joined_at", "sessions")
    actions = ("sign_out_everywhere",)
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return actor_of(request).may("identity.manage_members") and actor_of(request).may("identity.manage_roles")

    def save_model(self, request: HttpRequest, obj: Member, form: Any, change: bool) -> None:
        by = actor_of(request)
        if "roles" in form.changed_data:
            change_roles(by=by, member_id=obj.pk, roles=form.cleaned_data["roles"])
        if "is_active" in form.changed_data:
            (restore_member if obj.is_active else suspend_member)(by=by, member_id=obj.pk)

    @admin.action(description="Sign out everywhere, as after a stolen phone", permissions=["change"])
    def sign_out_everywhere(self, request: HttpRequest, queryset: QuerySet[Member]) -> None:
        count = sum(end_sessions_of(by=actor_of(request), member_id=member.pk) for member in queryset)
        messages.success(request, f"{count} session(s) ended.")

    @display(description="Email", ordering="person__email")
    def email(self, member: Member) -> str:
        return member.person.email

    @display(description="Phone")
    def phone(self, member: Member) -> str:
        return rules.masked_phone(member.person.phone) if member.person.phone else "none"

    @display(description="Roles")
    def shown_roles(self, member: Member) -> str:
        return ", ".join(member.roles) or "member"

    @display(description="Verified")
    def standing(self, member: Member) -> str:
        known = standing_of(member.person)
        parts = {
            "email": known.email_verified,
            "phone": known.phone_verified,
            "two-step sign-in": known.has_second_factor,
        }
        return ", ".join(name for name, holds in parts.items() if holds) or "nothing yet"

    @display(description="Signed in on")
    def sessions(self, member: Member) -> str:
        lines = sessions_of(member.person, current_key=None)
        shown = ((line.device, f"{line.last_seen_at:%d %b %H:%M}") for line in lines)
        return format_html_join(", ", "{} ({} UTC)", shown) or "no device"


@admin.register(Person)
class PersonAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold carries no types
    """The people behind the community's members, read only; of other communities' people nothing is seen."""

    list_display = ("name", "email", "masked_phone", "phone_verified_at", "is_active", "created_at")
    search_fields = ("name", "email")
    ordering = ("name",)
    fields = (
        "name",
        "email",
        "phone",
        "phone_verified_at",
        "language",
        "time_zone",
        "terms_accepted_at",
        "terms_version",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        return Person.objects.filter(pk__in=Member.objects.values("person_id"))

    @display(description="Phone")
    def masked_phone(self, person: Person) -> str:
        return rules.masked_phone(person.phone) if person.phone else "none"
