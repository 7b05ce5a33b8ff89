"""Everything that a member can do in a circle, over REST"""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from pamoja.foundation import ids
from pamoja.kernel.communities.public import Community
from tests.products.savings.circles import Group, a_group, a_running_group, after, fund, kept, now, shillings, sweep
from tests.products.savings.scenes import begins_with
from tests.world.cast import a_member, signed_in

BODY = {
    "name": "Harvest",
    "amount": {"amount_minor": 500_000, "currency": "KES"},
    "frequency": "monthly",
    "members_max": 3,
}


class Caller:
    """A member's program."""

    def __init__(self, community: Community, client: Client) -> None:
        self._prefix, self._client = f"/c/{community.slug}/api/v1/savings", client

    def ask(self, method: str, path: str, body: Any = None, *, expect: int = 200, key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        response = self._client.generic(
            method,
            self._prefix + path,
            data="" if body is None else json.dumps(body),
            content_type="application/json",
            headers=headers,
        )
        assert response.status_code == expect, response.content[:500]
        return json.loads(response.content) if response.content else None


@pytest.fixture
def caller(community: Community) -> Any:
    """Makes a program of a member: `caller(member)`; without one, of a new member."""
    return lambda member=None, **more: Caller(community, signed_in(member or a_member("Zuri Achieng"), **more))


def contribution_id(group: Group, number: int, place: int) -> str:
    return ids.public("contribution", group.contribution(number, place).pk)


def test_two_programs_make_join_and_start_a_circle(clock: Any, caller: Any) -> None:
    amina, baraka = caller(a_member("Amina Hassan")), caller(a_member("Baraka Otieno"))
    day = str((now() + timedelta(days=4)).date())

    circle = amina.ask("POST", "/circles", BODY | {"first_due_on": day, "rules_text": "Be kind."}, expect=201)["circle"]
    code = amina.ask("POST", f"/circles/{circle['id']}/invitations", {}, expect=201)["code"]
    preview = baraka.ask("GET", f"/invitations/{code}")
    assert (preview["circle"]["rules_text"], preview["is_good"]) == ("Be kind.", True)
    joined = baraka.ask("POST", "/join", {"code": code, "rules_version": preview["circle"]["rules_version"]})
    started = amina.ask("POST", f"/circles/{circle['id']}/start")

    assert joined["circle"]["members"] == 2
    assert [each["state"] for each in started["rounds"]] == ["open", "scheduled"]
    (draw,) = baraka.ask("GET", f"/circles/{circle['id']}/draws")
    assert draw["holds"]
    assert draw["commitment"] == circle_commitment(amina, circle["id"])


def circle_commitment(caller: Caller, circle_id: str) -> str:
    return str(caller.ask("GET", f"/circles/{circle_id}")["draw_commitment"])


@begins_with(a_running_group, 3)
def test_the_same_key_pays_once(clock: Any, caller: Any, group: Group) -> None:
    fund(group.people[1], shillings(20_000))
    program, path = caller(group.people[1]), f"/contributions/{contribution_id(group, 1, 1)}/pay"

    first = program.ask("POST", path, {"method": "wallet"}, key="k-1")
    second = program.ask("POST", path, {"method": "wallet"}, key="k-1")
    third = program.ask("POST", path, {"method": "wallet"}, key="k-2", expect=409)

    assert (first["state"], first) == ("paid", second)
    assert third["code"] == "savings.already_paid"
    assert kept(group) == shillings(5_000)


@begins_with(a_running_group, 3)
def test_money_needs_a_key_and_a_recent_sign_in(clock: Any, caller: Any, group: Group) -> None:
    path = f"/contributions/{contribution_id(group, 1, 1)}/pay"

    caller(group.people[1]).ask("POST", path, {"method": "wallet"}, expect=422)
    caller(group.people[1], seconds_ago=3600).ask("POST", path, {"method": "wallet"}, key="k", expect=403)

    assert not kept(group)


@begins_with(a_running_group, 3)
def test_lists_what_concerns_me(clock: Any, caller: Any, group: Group) -> None:
    program = caller(group.people[1])

    (mine,), (due,), (receipt,) = (program.ask("GET", path) for path in ("/mine", "/dues", "/receipts"))

    assert mine["circle"]["name"] == due["circle"] == receipt["circle"] == "Harvest"
    assert due["contribution"]["owed"]["text"] == "KSh 5,000"
    assert receipt["expected"]["amount_minor"] == 1_500_000
    assert program.ask("GET", "/payouts") == []


@begins_with(a_group, 2, visibility="open")
def test_finds_and_asks_to_join_listed_circles(clock: Any, caller: Any, group: Group) -> None:
    zuri = a_member("Zuri Achieng")
    program, circle = caller(zuri), ids.public("circle", group.circle_id)

    found = program.ask("GET", "/circles?q=harv&amount_to_minor=500000")
    program.ask("POST", f"/circles/{circle}/ask", {"rules_version": 1}, expect=204)
    path = f"/circles/{circle}/members/{ids.public('member', zuri.pk)}/admit"
    caller(group.people[1]).ask("POST", path, expect=403)
    admitted = caller(group.people[0]).ask("POST", path)

    assert [each["id"] for each in found["items"]] == [circle]
    assert admitted["circle"]["members"] == 3


@begins_with(a_running_group, 4)
def test_swaps_by_consent(clock: Any, caller: Any, group: Group) -> None:
    circle, third = ids.public("circle", group.circle_id), ids.public("member", group.people[2].pk)

    swap = caller(group.people[1]).ask("POST", f"/circles/{circle}/swaps", {"member_id": third}, expect=201)
    caller(group.people[3]).ask("POST", f"/swaps/{swap['id']}/consent", expect=403)
    answered = caller(group.people[2]).ask("POST", f"/swaps/{swap['id']}/consent")

    assert answered["state"] == "consented"
    assert group.seat(1).position == 3


@begins_with(a_running_group, 2)
def test_pauses_resumes_ends_and_states(clock: Any, caller: Any, group: Group) -> None:
    circle, program = ids.public("circle", group.circle_id), caller(group.people[0])

    assert program.ask("POST", f"/circles/{circle}/pause", {"reason": "Rain"})["circle"]["status"] == "paused"
    assert program.ask("POST", f"/circles/{circle}/resume")["circle"]["status"] == "running"
    assert program.ask("POST", f"/circles/{circle}/end", {})["circle"]["status"] == "ended"
    statement = program.ask("GET", f"/circles/{circle}/statement")
    assert (statement["lines"], statement["closing"]["amount_minor"]) == ([], 0)
    assert program.ask("POST", f"/circles/{circle}/end", {}, expect=409)["code"] == "savings.over"


def test_a_setting_that_cannot_be_names_its_field(clock: Any, caller: Any) -> None:
    program = caller()

    problem = program.ask("POST", "/circles", BODY | {"first_due_on": "2020-01-01"}, expect=422)
    unknown = program.ask(
        "POST",
        "/circles",
        BODY | {"first_due_on": "2026-04-01", "amount": {"amount_minor": 5, "currency": "XXX"}},
        expect=422,
    )

    assert problem["errors"][0]["field"] == "first_due_on"
    assert unknown["code"] == "money.currency_unknown"


@begins_with(a_group, 2)
def test_a_change_of_terms_asks_everybody_again(clock: Any, caller: Any, group: Group) -> None:
    circle = ids.public("circle", group.circle_id)

    changed = caller(group.people[0]).ask(
        "PATCH", f"/circles/{circle}", {"late_fee": {"amount_minor": 20_000, "currency": "KES"}}
    )
    seen = caller(group.people[1]).ask("GET", f"/circles/{circle}")
    accepted = caller(group.people[1]).ask("POST", f"/circles/{circle}/rules", {"rules_version": 2})
    emptied = caller(group.people[0]).ask("PATCH", f"/circles/{circle}", {"name": None}, expect=422)

    assert changed["circle"]["rules_version"] == 2
    assert (seen["must_accept_rules"], accepted["must_accept_rules"]) == (True, False)
    assert emptied["errors"][0]["field"] == "name"


@begins_with(a_running_group, 2)
def test_shows_others_only_whether_they_paid(clock: Any, caller: Any, group: Group) -> None:
    clock.turn_to(after(group, 1, hours=-13))
    sweep()
    circle = ids.public("circle", group.circle_id)

    history = caller(group.people[0]).ask("GET", f"/circles/{circle}/contributions")

    told = {each["member"]["name"]: each["contribution"]["collecting_message"] for each in history["items"]}
    assert told["Amina Hassan"], "one's own trouble is told"
    assert not told["Baraka Otieno"], "another's is not"


@begins_with(a_running_group, 2)
def test_hides_private_circles_and_their_contributions(clock: Any, caller: Any, group: Group) -> None:
    program, circle = caller(), ids.public("circle", group.circle_id)

    for path in (f"/circles/{circle}", f"/circles/{circle}/draws", f"/contributions/{contribution_id(group, 1, 0)}"):
        program.ask("GET", path, expect=404)
