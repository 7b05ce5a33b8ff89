"""Who may do what in a community."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from pamoja.foundation.actions import Actor, action
from pamoja.foundation.events import announce
from pamoja.kernel.identity import rules
from pamoja.kernel.identity.errors import LastOperator, MemberNotFound, UnknownRole
from pamoja.kernel.identity.events import RolesChanged
from pamoja.kernel.identity.models import Member
from pamoja.kernel.identity.queries.asking import declared_roles
from pamoja.kernel.identity.queries.people import operators_and_for_update


@action
def change_roles(*, by: Actor, member_id: UUID, roles: Iterable[str]) -> Member:
    """Give the member exactly these roles; everybody is a `member` without being told.

    Raises: NotAllowed without `identity.manage_roles`; UnknownRole; MemberNotFound; LastOperator when nobody would be
    left who can give roles.
    """
    by.require("identity.manage_roles")
    wanted = sorted(set(roles) - {rules.MEMBER})
    for role in wanted:
        if role not in declared_roles():
            raise UnknownRole(field="roles", role=role)
    # All operators are locked, so that two of them cannot resign at once.
    locked = {member.pk: member for member in operators_and_for_update(member_id)}
    if (member := locked.get(member_id)) is None:
        raise MemberNotFound()
    operators = {key for key, each in locked.items() if rules.OPERATOR in each.roles and each.is_active}
    if rules.OPERATOR not in wanted and operators == {member_id}:
        raise LastOperator()
    if wanted != sorted(member.roles):
        before, member.roles = tuple(sorted(member.roles)), wanted
        member.save(update_fields=["roles"])
        announce(RolesChanged(member_id=member_id, roles=tuple(wanted) or (rules.MEMBER,), before=before))
    return member
