"""Staff see what is frozen and what waits, and decide; a member reads kindly what concerns them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from pamoja.foundation import ids
from pamoja.kernel.identity.public import Member
from pamoja.kernel.payments.actions.wallet import withdraw_from_wallet
from pamoja.kernel.payments.models import Approval, Freeze, MemberTier, PaymentSettings, Payout
from tests.kernel.payments.cast import fill_wallet, kes, wallet
from tests.world import Cast, a_member, actor, signed_in

Browser = Callable[..., tuple[int, str]]


@pytest.fixture
def visit(cast: Cast) -> Callable[[Member], Browser]:
    """`visit(member)("wallet/")` gives the status and the page; with `data` it is sent as a form."""

    def browser(who: Member, **options: Any) -> Browser:
        client = signed_in(who, **options)

        def go(path: str, data: dict[str, Any] | None = None) -> tuple[int, str]:
            address = f"/c/{cast.community.slug}/{path}"
            answer = client.get(address) if data is None else client.post(address, data)
            return answer.status_code, answer.content.decode()

        return go

    return browser


@pytest.fixture
def second(cast: Cast) -> Member:
    """Another who looks after payments."""
    return a_member("Joseph Kariuki", roles=["payments_manager"])


def the_page_of(member: Member) -> str:
    return f"payments/members/{ids.public('member', member.pk)}/"


def withdrawal(cast: Cast, shillings: int = 300) -> Payout:
    with transaction.atomic():
        fill_wallet(cast.member.pk, shillings)
    return withdraw_from_wallet(by=actor(cast.member), amount=kes(shillings), key="w1")


def test_a_member_is_frozen_and_freed_by_hand(cast: Cast, visit: Callable[[Member], Browser]) -> None:
    staff, own = visit(cast.owner), visit(cast.member)
    payout = withdrawal(cast)

    assert staff(the_page_of(cast.member), {"do": "freeze", "reason": ""})[0] == 422
    assert staff(the_page_of(cast.member), {"do": "freeze", "reason": "Her phone was stolen"})[0] == 302
    status, again = staff(the_page_of(cast.member), {"do": "freeze", "reason": "Her phone was stolen"})
    assert (status, "frozen already" in again) == (422, True)

    for path in ("wallet/", "wallet/limits/", "wallet/withdraw/", f"payments/{payout.public_id}/"):
        status, page = own(path)
        assert (status, "stolen" in page) == (200, False)
    assert "closer look" in own("wallet/withdraw/")[1]
    assert "stolen" in staff("payments/freezes/")[1]

    frozen = Freeze.objects.get()
    decision = {"outcome": "give_back", "reason": "It was not hers"}
    assert staff(f"payments/freezes/{frozen.public_id}/", {"outcome": "go_on"})[0] == 422
    assert staff(f"payments/freezes/{frozen.public_id}/", decision)[0] == 302
    assert "lifted already" in staff(f"payments/freezes/{frozen.public_id}/", decision)[1]
    assert wallet(cast.member.pk) == (300, 300)
    assert "It was not hers" in staff("payments/freezes/?show=lifted")[1]


def test_one_asks_for_a_correction_and_another_approves(
    cast: Cast, second: Member, visit: Callable[[Member], Browser]
) -> None:
    one, other = visit(second), visit(cast.owner)
    path = f"{the_page_of(cast.member)}adjust/"
    typed = {"direction": "in", "account": "goodwill", "amount": "500", "reason": "A fee twice", "key": "0" * 32}

    assert one(path, typed)[0] == 422
    assert one(path, typed | {"evidence": "Letter 17"})[0] == 302
    approval = Approval.objects.get()
    address = f"payments/approvals/{approval.public_id}/"
    assert "You asked for this" in one(address)[1]
    assert one(address, {"decision": "approve", "reason": "Myself"})[0] == 422
    assert wallet(cast.member.pk) == (0, 0)

    assert "Letter 17" in other(address)[1]
    assert other(address, {"decision": "approve", "reason": "I read it"})[0] == 302
    assert "decided already" in other(address, {"decision": "decline", "reason": "Again"})[1]
    assert wallet(cast.member.pk) == (500, 500)
    assert "Corrected: A fee twice" in visit(cast.member)("wallet/")[1]


def test_limits_are_edited_and_shown_to_the_member(cast: Cast, visit: Callable[[Member], Browser]) -> None:
    staff, own = visit(cast.owner), visit(cast.member)
    typed = {f"{way}_{period}": "1,000" for way in ("in", "out") for period in ("single", "day", "month")}

    assert "not an amount" in staff("payments/limits/basic/", typed | {"out_day": "a lot"})[1]
    assert "shorter time" in staff("payments/limits/basic/", typed | {"out_day": "500"})[1]
    assert staff("payments/limits/basic/", typed | {"in_month": ""})[0] == 302
    assert staff("payments/limits/", {"large": "", "cooling_h": "900", "approval_h": "5"})[0] == 422
    assert staff("payments/limits/", {"large": "70", "cooling_h": "9", "approval_h": "5"})[0] == 302
    assert staff("payments/limits/platinum/")[0] == 404

    assert PaymentSettings.objects.get().safety["large"] == {"KES": 7_000}
    assert "KSh 1,000" in own("wallet/withdraw/")[1]
    with transaction.atomic():
        fill_wallet(cast.member.pk, 2_000)
    status, page = own("wallet/withdraw/", {"amount": "1,500", "key": "0" * 32})
    assert (status, "at most KSh 1,000 at a time" in page) == (422, True)


def test_staff_note_who_a_member_is(cast: Cast, visit: Callable[[Member], Browser]) -> None:
    staff = visit(cast.owner)

    assert staff(the_page_of(cast.member), {"do": "tier", "tier": "verified", "reason": "Her passport"})[0] == 302

    assert MemberTier.objects.get().set_by == cast.owner
    assert "Her passport" in staff(the_page_of(cast.member))[1]
    assert "Verified" in visit(cast.member)("wallet/limits/")[1]


@pytest.mark.parametrize("path", ["freezes/", "approvals/", "limits/", "limits/basic/", "members/"])
def test_is_for_those_who_may(cast: Cast, visit: Callable[[Member], Browser], path: str) -> None:
    assert visit(cast.owner)(f"payments/{path}")[0] == 200
    assert visit(cast.member)(f"payments/{path}")[0] == 403
    assert visit(cast.treasurer)(f"payments/{path}")[0] == 403


def test_deciding_asks_for_a_recent_sign_in(cast: Cast) -> None:
    payout = withdrawal(cast)
    stale = signed_in(cast.owner, seconds_ago=3_600)
    root = f"/c/{cast.community.slug}/payments"

    answer = stale.post(f"{root}/hold/{payout.public_id}/", {"reason": "To be sure"})

    assert (answer.status_code, "reauthenticate" in answer["Location"]) == (302, True)
    assert not Freeze.objects.exists()


def test_the_api_tells_own_limits_and_freezes(cast: Cast) -> None:
    client, root = signed_in(cast.member), f"/c/{cast.community.slug}/api/v1/wallet"
    Freeze.objects.create(member=cast.member, rule="straight_through", reason="in and out at once")

    limits, freezes = client.get(f"{root}/limits").json(), client.get(f"{root}/freezes")

    assert (limits["tier"], limits["rooms"][1]["limits"][0]["most"]["text"]) == ("basic", "KSh 100,000")
    assert [each["payment_id"] for each in freezes.json()] == [""]
    assert "straight_through" not in freezes.content.decode()
