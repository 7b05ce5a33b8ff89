"""Changing roles gives exactly those, is a fact, and never leaves a community without an operator."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from pamoja.foundation.actions import NotAllowed
from pamoja.kernel.audit.public import facts, feed
from pamoja.kernel.communities.public import current_community_id, entered
from pamoja.kernel.identity.errors import LastOperator, UnknownRole
from pamoja.kernel.identity.public import OPERATOR, STAFF, Member, MemberNotFound, change_roles
from tests.world import Cast, a_member, actor


def roles_of(member: Member) -> list[str]:
    return Member.objects.get(pk=member.pk).roles


def test_gives_exactly_these_roles(cast: Cast) -> None:
    change_roles(by=actor(cast.owner), member_id=cast.treasurer.pk, roles=[OPERATOR, OPERATOR])

    assert roles_of(cast.treasurer) == [OPERATOR]
    assert feed(f"member:{cast.treasurer.pk}")[0].sentence == "Wanjiku K. changed the roles of Otieno O. to: operator."


def test_changes_nothing_when_nothing_changes(cast: Cast) -> None:
    change_roles(by=actor(cast.owner), member_id=cast.treasurer.pk, roles=[STAFF])

    assert not facts(name="identity.roles_changed").exists()


def test_refuses_who_may_not(cast: Cast) -> None:
    for who in (cast.member, cast.treasurer):
        with pytest.raises(NotAllowed):
            change_roles(by=actor(who), member_id=who.pk, roles=[OPERATOR])

    assert (roles_of(cast.member), roles_of(cast.treasurer)) == ([], [STAFF])
    assert not facts().exists()


def test_refuses_a_role_that_nobody_declared(cast: Cast) -> None:
    with pytest.raises(UnknownRole, match="no role called emperor"):
        change_roles(by=actor(cast.owner), member_id=cast.member.pk, roles=["emperor"])

    assert roles_of(cast.member) == []


def test_does_not_find_a_member_of_another_community(cast: Cast) -> None:
    with pytest.raises(MemberNotFound):
        change_roles(by=actor(cast.owner), member_id=cast.outsider.pk, roles=[OPERATOR])

    with entered(cast.other_community.pk):
        assert roles_of(cast.outsider) == []


def test_refuses_to_take_the_last_operator_away(cast: Cast) -> None:
    with pytest.raises(LastOperator):
        change_roles(by=actor(cast.owner), member_id=cast.owner.pk, roles=[])

    assert roles_of(cast.owner) == [OPERATOR]
    assert not facts().exists()


def test_a_suspended_operator_does_not_count(cast: Cast) -> None:
    a_member("Gone", roles=[OPERATOR], is_active=False)

    with pytest.raises(LastOperator):
        change_roles(by=actor(cast.owner), member_id=cast.owner.pk, roles=[])


@pytest.mark.committed
def test_two_operators_cannot_both_resign_at_once(cast: Cast) -> None:
    change_roles(by=actor(cast.owner), member_id=cast.treasurer.pk, roles=[OPERATOR])
    community_id = current_community_id()

    def resign(member: Member) -> str:
        try:
            with entered(community_id):
                change_roles(by=actor(member), member_id=member.pk, roles=[])
            return "resigned"
        except LastOperator:
            return "refused"
        finally:
            connections.close_all()

    operators = list(Member.objects.filter(roles__contains=[OPERATOR]))
    with ThreadPoolExecutor(2) as threads:
        outcomes = sorted(threads.map(resign, operators))

    assert outcomes == ["refused", "resigned"]
    assert Member.objects.filter(roles__contains=[OPERATOR]).count() == 1
